import { randomUUID } from "node:crypto";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { defaultPolicy } from "../../../../lib/rotators/login/password.ts";
import type { MasterSpec } from "../../../../lib/rotators/rds-master/spec.ts";
import { masterTraits } from "../../../../lib/rotators/rds-master/traits.ts";
import type { DatabaseDefinition, RdsTiming } from "../../../../standin/aws.ts";
import { databaseValue, Scene, Scenes } from "../../rotation/scene.ts";

/** In milliseconds; a scene sleeps for 5 at a time. */
const quick: RdsTiming = { beginMs: 20, changeMs: 60, endMs: 120 };

/** The stand-in with RDS, and a real PostgreSQL server that its databases are. The clients of RDS call it. */
export async function openMasters(timing: RdsTiming = quick): Promise<Scenes> {
  const scenes = await Scenes.open({ rds: timing });
  Object.assign(process.env, scenes.aws.env("function"));
  return scenes;
}

interface Options {
  readonly database?: Partial<DatabaseDefinition>;
  readonly spec?: Partial<MasterSpec>;
  readonly value?: object;
}

export interface MasterScene {
  readonly scene: Scene;
  readonly id: string;
  readonly login: Login;
}

/** A database of RDS whose master user is a new user of the server, its secret, and a rotation under way. */
export async function masterScene(
  scenes: Scenes,
  { database, spec, value }: Options = {},
): Promise<MasterScene> {
  const login = await scenes.fixture.newUser();
  const id = database?.id ?? `db-${randomUUID().slice(0, 8)}`;
  const scene = new Scene(scenes, [login], specOf(id, spec));
  scene.nap = 5;
  scenes.aws.rds.addDatabase({
    kind: "instance",
    id,
    engine: "postgres",
    masterUsername: login.username,
    host: login.host,
    port: login.port,
    setPassword: (password) => scene.setByHand(password),
    ...database,
  });
  await scene.create({ ...databaseValue(login), ...value });
  return { scene, id, login };
}

const specOf = (id: string, spec: Partial<MasterSpec> = {}): Partial<MasterSpec> => ({
  type: "rds-master",
  uses: "postgres",
  traits: masterTraits,
  database: { kind: "instance", id },
  engine: "postgres",
  proof: "login",
  urls: ["connection_string"],
  password: defaultPolicy,
  ...spec,
});
