import { durationText } from "../manifest/duration.ts";
import { type ConfiguredConsumer, isInjected } from "./consumers.ts";
import type { SecretFacts } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";

/** Who was found to consume a secret, and what its strategy means for them. Pure. */
export function consumerFindings(facts: SecretFacts): readonly Finding[] {
  const { name: secret, state, consumers } = facts;
  if ("unknown" in state || !state.known) return [];
  const staying = consumers.flatMap((type) =>
    type.consumers.filter(({ after }) => after !== "ends"),
  );
  return [
    found(facts),
    ...inPlace(facts, staying),
    ...staying.flatMap((consumer) => usernameNotRead(facts, consumer)),
    ...consumers.flatMap(({ findings }) => findings.map((each) => ({ ...each, secret }))),
  ];
}

function counted(consumers: readonly ConfiguredConsumer[]): string {
  const names = consumers.map(({ name }) => name).join(", ");
  return `${consumers.length} ${consumers.length === 1 ? "consumer" : "consumers"} (${names})`;
}

function found({ name: secret, consumers, entry }: SecretFacts) {
  const all = consumers.flatMap((type) => type.consumers);
  const those = (after: ConfiguredConsumer["after"]) => all.filter((each) => each.after === after);
  const [rolled, deployed, ending] = [those("rolled"), those("deployed"), those("ends")];
  const where = consumers.map((type) => type.where).join("; ");
  const what = [
    rolled.length > 0
      ? `Rolled after each rotation: ${counted(rolled)}.`
      : `No consumer to roll was found (${where}): whatever reads this secret must reread it on its own.`,
    ...(deployed.length > 0 ? [`Not rolled, deploy them yourself: ${counted(deployed)}.`] : []),
    ...(ending.length > 0 ? [`Ending on their own: ${counted(ending)}.`] : []),
    waiting(entry, consumers),
  ];
  return finding({ severity: "note", code: "CONSUMERS", secret, what: what.join(" ") });
}

/** How long the old credential is kept after a promotion, and why. */
function waiting(
  { grace, consumersComplete }: SecretFacts["entry"],
  types: SecretFacts["consumers"],
): string {
  const kept = `the old credential is kept for ${durationText(grace)} after each promotion`;
  if (consumersComplete)
    return grace === 0
      ? "rotation.yml says that these are all (consumers: complete), so the old credential is retired as soon as they have the new one."
      : `rotation.yml says that these are all (consumers: complete), and sets a grace: ${kept}.`;
  const sees = types.map((type) => type.sees).join(", ");
  return grace === 0
    ? `Consumers other than ${sees} cannot be seen and get no time (grace: 0s).`
    : `Consumers other than ${sees} cannot be seen, so ${kept} (grace).`;
}

function inPlace(
  { name: secret, credentials }: SecretFacts,
  staying: readonly ConfiguredConsumer[],
) {
  const injected = staying.filter((consumer) => isInjected(consumer) && consumer.isRunning);
  const failing = credentials.some(({ spec }) => spec.traits.switches);
  if (!failing || injected.length === 0) return [];
  return [
    finding({
      severity: "warning",
      code: "INJECTED_IN_PLACE",
      secret,
      what: `in-place with injected consumers: new connections of ${counted(injected)} fail from each rotation until they are replaced.`,
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
        what: `${consumer.name} takes the field ${JSON.stringify(password)} and not ${JSON.stringify(username)}: each rotation changes both, and they fit only together.`,
        remedy: `Inject ${JSON.stringify(username)} into the same container as well.`,
      }),
    ];
  });
}
