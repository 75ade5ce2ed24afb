import { type ConfiguredConsumer, isInjected } from "./consumers.ts";
import type { SecretFacts } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";

/** Who was found to consume a secret, and what its strategy means for them. Pure. */
export function consumerFindings(facts: SecretFacts): readonly Finding[] {
  const { name: secret, state, consumers } = facts;
  if ("unknown" in state || !state.known) return [];
  const rolled = consumers.flatMap((type) =>
    type.consumers.filter(({ after }) => after === "rolled"),
  );
  return [
    found(facts, rolled),
    ...inPlace(facts, rolled),
    ...rolled.flatMap((consumer) => usernameNotRead(facts, consumer)),
    ...consumers.flatMap(({ findings }) => findings.map((each) => ({ ...each, secret }))),
  ];
}

function counted(consumers: readonly ConfiguredConsumer[]): string {
  const names = consumers.map(({ name }) => name).join(", ");
  return `${consumers.length} ${consumers.length === 1 ? "consumer" : "consumers"} (${names})`;
}

function found({ name: secret, consumers }: SecretFacts, rolled: readonly ConfiguredConsumer[]) {
  const ending = consumers.flatMap((type) =>
    type.consumers.filter(({ after }) => after === "ends"),
  );
  const also = ending.length > 0 ? ` Ending by themselves: ${counted(ending)}.` : "";
  const where = consumers.map((type) => type.where).join("; ");
  const what =
    rolled.length > 0
      ? `Rolled after each rotation: ${counted(rolled)}.${also}`
      : `No consumer to roll was found (${where}): whatever reads this secret must read it again by itself.${also}`;
  return finding({ severity: "note", code: "CONSUMERS", secret, what });
}

function inPlace(
  { name: secret, credentials }: SecretFacts,
  rolled: readonly ConfiguredConsumer[],
) {
  const injected = rolled.filter((consumer) => isInjected(consumer) && consumer.isRunning);
  const failing = credentials.some(({ spec }) => spec.traits.switches);
  if (!failing || injected.length === 0) return [];
  return [
    finding({
      severity: "warning",
      code: "INJECTED_IN_PLACE",
      secret,
      what: `in-place with injected consumers: new connections of ${counted(injected)} fail from each rotation until they are rolled.`,
      remedy:
        "Name an admin secret for alternating-users in rotation.yml, or have them read the secret again when a login is refused.",
    }),
  ];
}

/** It would get the new password, and keep its own idea of the user. */
function usernameNotRead({ name: secret, credentials }: SecretFacts, consumer: ConfiguredConsumer) {
  const taken = consumer.references.map(({ field }) => field);
  const isWhole = taken.includes(undefined);
  return credentials.flatMap(({ spec, fields }) => {
    if (!spec.traits.changesUsername || !fields || isWhole) return [];
    const { username, password, urls } = fields;
    const isUserTaken = [username, ...urls].some((field) => taken.includes(field));
    if (!taken.includes(password) || isUserTaken) return [];
    return [
      finding({
        severity: "error",
        code: "USERNAME_NOT_READ",
        secret,
        what: `${consumer.name} takes the field ${JSON.stringify(password)} and not ${JSON.stringify(username)}: alternating-users changes both, so it would log in as the wrong user.`,
        remedy: `Inject ${JSON.stringify(username)} into the same container as well.`,
      }),
    ];
  });
}
