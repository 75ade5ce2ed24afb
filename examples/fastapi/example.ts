import type { Example } from "../../lab/examples/example.ts";
import { silentIssuer } from "../../lab/examples/issuer.ts";
import { hex, random } from "../../lab/examples/sample.ts";

const [secret, deployment] = ["FastAPIAppSecrets", "FastAPIDeploymentSecrets"];
const apiKeys = () => `${random(32)},${random(32)}`;
const user = { username: "fastapi", database: "fastapi" };

export const example: Example = {
  name: "fastapi",
  title: "FastAPI",
  region: "us-east-1",
  secret,
  rotates: [
    { fields: ["jwt_secret"] },
    { fields: ["generated_password"] },
    {
      fields: ["db_password"],
      login: ({ db_password: password = "" }) => ({ ...user, password }),
    },
    {
      fields: ["api_keys"],
      issuer: silentIssuer(apiKeys),
      isSupplied: true,
      isDeletedByHand: true,
    },
  ],
  settings: { [deployment]: ["ec2_key_name", "ec2_host", "ec2_user", "github_repo"] },

  async start(account) {
    const { password, ...connection } = await account.owner(user);
    const document = {
      db_password: password,
      jwt_secret: hex(32),
      api_keys: apiKeys(),
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
    const shows = Object.keys(document);
    const app = { secretId: secret, shows, password: "db_password", connection };
    return [await account.machine(app)];
  },
};
