import { mariadb } from "../../../../../lib/rotators/mariadb/mariadb.ts";
import { openSceneOn } from "../../mysql-protocol/scene.ts";
import type { MariadbPairFixture } from "./fixture.ts";

export const openScene = (fixture: MariadbPairFixture) => openSceneOn(mariadb, fixture);
