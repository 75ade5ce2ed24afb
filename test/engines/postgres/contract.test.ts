import { inject } from "vitest";
import { postgres } from "../../../lib/engines/postgres/postgres.ts";
import { postgresTraits } from "../../../lib/engines/postgres/traits.ts";
import { engineContract } from "../engine-contract.ts";
import { openPostgresBench } from "./bench.ts";

engineContract("PostgreSQL", postgres, postgresTraits, () => openPostgresBench(inject("postgres")));
