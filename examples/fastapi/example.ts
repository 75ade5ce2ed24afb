import type { Example } from "../../lab/examples/example.ts";
import { Machine } from "../../lab/examples/machine.ts";
import { hex, random } from "../../lab/examples/sample.ts";

const [secret, deployment] = ["FastAPIAppSecrets", "FastAPIDeploymentSecrets"];
const user = { username: "fastapi", database: "fastapi" };

export const example: Example = {
  name: "fastapi",
  title: "FastAPI",
  region: "us-east-1",
  secret,
  rotates: [
    { fields: ["jwt_secret"] },
    {
      fields: ["db_password"],
      login: ({ db_password: password = "" }) => ({ ...user, password }),
    },
  ],
  notYet: [
    { fields: ["api_keys"], type: "others' API keys" },
    { fields: ["generated_password"], type: "of unknown use" },
  ],
  settings: { [deployment]: ["ec2_key_name", "ec2_host", "ec2_user", "github_repo"] },

  async start(account) {
    const { password, ...connection } = await account.owner(user);
    const document = {
      db_password: password,
      jwt_secret: hex(32),
      api_keys: `${random(32)},${random(32)}`,
      generated_password: random(32),
    };
    await account.secret(secret, document);
    await account.secret(deployment, {
      ec2_key_name: "fastapi-staging",
      ec2_host: "",
      ec2_user: "ec2-user",
      github_repo: "https://github.com/yourusername/yourrepo.git",
    });
    // Runs on EC2: it reads the secret when it starts, and a person restarts it.
    const { aws, server } = account;
    const shows = Object.keys(document);
    const app = {
      secretId: secret,
      shows,
      password: "db_password",
      connection,
      type: server.type,
      ca: server.ca,
    };
    return [await Machine.start(aws.env("fastapi"), app)];
  },
};
