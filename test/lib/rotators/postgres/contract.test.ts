import { inject } from "vitest";
import { postgres } from "../../../../lib/rotators/postgres/postgres.ts";
import { postgresTraits } from "../../../../lib/rotators/postgres/traits.ts";
import { engineContract } from "../../../contracts/engine.ts";
import { openPostgresBench } from "./bench.ts";

engineContract("PostgreSQL", postgres, postgresTraits, () => openPostgresBench(inject("postgres")));
