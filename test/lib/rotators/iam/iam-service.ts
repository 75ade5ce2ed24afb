import { vi } from "vitest";
import { type Aws, startAws } from "../../../../standin/aws.ts";
import { uniqueId } from "../../../../standin/iam/user-table.ts";
import type {
  Abilities,
  ServiceFixture,
  ServiceTrouble,
} from "../../../contracts/provider/service.ts";
import { consumer, createIamUser, keyOf } from "./iam-account.ts";
import { replyIn } from "./iam-troubles.ts";
import { startSpoilingProxy } from "./spoiling-proxy.ts";

export const iamCan: Abilities = {
  names: true,
  lists: true,
  tellsAccount: true,
  tellsRights: true,
  tellsLastUse: true,
  tellsLimit: true,
  waitUntold: true,
  disables: true,
  removes: true,
  endsSessions: true,
};

/** IAM for the contract of providers: the real SDK, a proxy that spoils replies, and the stand-in. */
export interface IamServices extends AsyncDisposable {
  /** A user with one key. */
  open(): Promise<ServiceFixture>;
}

/** The clock of this process stands still; waiting moves it. */
export async function iamServices(): Promise<IamServices> {
  await using parts = new AsyncDisposableStack();
  vi.useFakeTimers({ toFake: ["Date"] });
  parts.defer(() => void vi.useRealTimers());
  const [aws, elsewhere] = [
    parts.use(await startAws()),
    parts.use(await startAws({ accountId: "210987654321" })),
  ];
  let account = aws;
  let trouble: ServiceTrouble | undefined;
  let admin: Parameters<ServiceFixture["setAdmin"]>[0] = "works";
  /** Actions that the present trouble has met. */
  const met = new Set<string>();
  const secrets: string[] = [];
  const mistakes: string[] = [];
  const proxy = await startSpoilingProxy(
    () => account.endpoint,
    async (passing) => {
      const isFirst = !met.has(passing.action);
      met.add(passing.action);
      const pass = async () => {
        const answer = await passing.pass();
        const [, secret] = /<SecretAccessKey>(.+?)</.exec(answer.body) ?? [];
        if (secret !== undefined) secrets.push(secret);
        if (/<Code>(ValidationError|InvalidAction)</.test(answer.body))
          mistakes.push(`${passing.action}: ${answer.body}`);
        return answer;
      };
      return replyIn({ trouble, admin, isFirst }, { ...passing, pass });
    },
  );
  parts.use(proxy);
  const env = aws.env("rotate-api-key");
  Object.assign(process.env, env, { AWS_ENDPOINT_URL: proxy.endpoint });
  const opened = parts.move();
  return {
    async open() {
      [account, trouble, admin] = [aws, undefined, "works"];
      secrets.splice(0, secrets.length, String(env["AWS_SECRET_ACCESS_KEY"]));
      mistakes.length = 0;
      const setDelays = delaysOf(aws, elsewhere);
      setDelays({});
      const user = await createIamUser(aws);
      let slept = 0;
      const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms);
      const found = async (id: string) => (await user.tags()).find(([key]) => key === id)?.[1];
      return {
        provider: user.provider,
        access: {
          ...user.at,
          now: () => new Date(),
          async sleep(ms) {
            slept += ms;
            pass(ms);
          },
        },
        slept: () => slept,
        wait: pass,
        async ids() {
          const { AccessKeyMetadata = [] } = await user.admin.listAccessKeys({
            UserName: user.user,
          });
          return AccessKeyMetadata.map(({ AccessKeyId = "" }) => AccessKeyId);
        },
        nameOf: found,
        async rightsOf(AccessKeyId) {
          const { UserName } = await user.admin.getAccessKeyLastUsed({ AccessKeyId });
          return { UserName };
        },
        async handOut(name) {
          const {
            admin,
            user: UserName,
            createKey,
          } = account === aws ? user : await createIamUser(account);
          const key = await createKey();
          secrets.push(key.get("secret")?.reveal() ?? "");
          const Tags = [{ Key: key.get("id")?.reveal(), Value: name }];
          await admin.tagUser({ UserName, Tags });
          return key;
        },
        unknown: () => keyOf(uniqueId("AKIA"), "a+secret+that+nobody+has"),
        async use(key) {
          await consumer(aws, key).sts.getCallerIdentity();
        },
        moveTo() {
          account = elsewhere;
        },
        begin(is) {
          trouble = is;
          met.clear();
        },
        end() {
          trouble = undefined;
        },
        setAdmin(is) {
          admin = is;
        },
        setDelays,
        secrets: () => secrets,
        mistakes: () => mistakes,
        async [Symbol.asyncDispose]() {},
      };
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** The stand-in's answers alternate only once the delay is over. */
const delaysOf =
  (...accounts: readonly Aws[]): ServiceFixture["setDelays"] =>
  ({ activation = 0, revocation = 0, flickers = false }) => {
    for (const { iam } of accounts)
      iam.setTiming({
        activationMs: flickers ? 0 : activation,
        revocationMs: revocation,
        flickerMs: flickers ? activation : 0,
      });
  };
