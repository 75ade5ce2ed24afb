import type { CredentialEntry } from "../../manifest/type.ts";
import type { Problem } from "./contradictions.ts";
import type { LoginKeys } from "./keys.ts";
import type { LoginSpec } from "./login.ts";
import { defaultStrategies, type EngineStrategies, type StrategyName } from "./traits.ts";

/** The strategy of a login whose entry names none; `undefined` where the entry has to. */
export const defaultStrategy = (
  strategies: EngineStrategies,
  admin: LoginSpec["admin"],
): StrategyName | undefined =>
  defaultStrategies.find((name) => {
    const has = strategies[name];
    return has && (admin || !has.needsAdmin);
  });

export function* strategyProblems(
  { type, keys, isOwn }: CredentialEntry<LoginKeys>,
  admin: LoginSpec["admin"],
  strategies: EngineStrategies,
): Generator<Problem> {
  const at = isOwn("strategy") ? ["strategy"] : [];
  const strategy = keys.strategy ?? defaultStrategy(strategies, admin);
  if (!strategy) return yield [[], unnamed(type, strategies)];
  const has = strategies[strategy];
  if (!has) return yield [at, lacking(type, strategy, strategies)];
  if (has.needsAdmin && !admin)
    yield [at, `${strategy} needs an administrator: name its secret under admin`];
  if (strategy !== "alternating-users") {
    if (keys.users) yield [["users"], "only alternating-users has two users: remove it"];
  } else if (keys.connection?.username !== undefined)
    yield [
      ["connection", "username"],
      "alternating-users changes the user, so consumers must read it from the secret: add a field for it there",
    ];
}

const failing = "new connections fail for a moment at each rotation";

/** No strategy is named, and none is the default. */
function unnamed(type: string, strategies: EngineStrategies): string {
  const better = defaultStrategies.find((name) => strategies[name]);
  return better
    ? `no strategy: name an administrator's secret (admin: …), here or under defaults, for ${better}; or write \`strategy: in-place\`, which means that ${failing}`
    : `type ${type} has in-place only, which is never a default: write \`strategy: in-place\`, which means that ${failing}`;
}

const lacking = (type: string, asked: StrategyName, strategies: EngineStrategies) =>
  `type ${type} has no ${asked}: write \`strategy: ${Object.keys(strategies).join("` or `strategy: ")}\`; with in-place ${failing}`;
