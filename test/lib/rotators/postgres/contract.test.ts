import { inject } from "vitest";
import { postgres } from "../../../../lib/rotators/postgres/postgres.ts";
import { postgresTraits } from "../../../../lib/rotators/postgres/traits.ts";
import { engineContract } from "../../../contracts/engine.ts";
import { openPostgresFixture } from "./fixture.ts";

engineContract("PostgreSQL", postgres, postgresTraits, () =>
  openPostgresFixture(inject("postgres")),
);
