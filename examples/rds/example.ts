import type { Example } from "../../lab/examples/example.ts";

const [secret, master] = ["orders/database", "orders/rds/master"];
const user = { username: "orders", database: "orders" };

const login = ({ dbname: database = "orders", username = "", password = "" }) => ({
  database,
  username,
  password,
});

export const example: Example = {
  name: "rds",
  title: "RDS",
  region: "eu-central-1",
  secret,
  rotates: [
    {
      secret: master,
      fields: ["password"],
      login: ({ username = "", password = "" }) => ({ database: "postgres", username, password }),
    },
    { fields: ["password", "username", "DATABASE_URL"], login },
  ],
  settings: {
    [secret]: ["engine", "host", "port", "dbname"],
    [master]: ["engine", "host", "port", "username"],
  },

  async start(account) {
    const owner = await account.owner(user);
    const { database: dbname, ...parts } = owner;
    const DATABASE_URL = account.server.url({ ...owner, port: String(owner.port) });
    await account.secret(secret, { engine: "postgres", dbname, ...parts, DATABASE_URL });
    // The master user of RDS: it may create users, and is not a superuser.
    await account.administrator(master, user);
    const { aws, server } = account;
    const masterUsername = `${user.username}_admin`;
    aws.rds.addDatabase({
      ...{ kind: "instance", id: "orders", engine: "postgres", masterUsername },
      ...{ host: server.host, port: server.port },
      setPassword: (password) => server.setPassword(masterUsername, password),
    });
    const cacheMs = 300_000;
    return [await account.machine({ shows: [], secretId: secret, url: "DATABASE_URL", cacheMs })];
  },
};
