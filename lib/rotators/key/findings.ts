import { unanswered } from "../../validation/answers.ts";
import type { CredentialFacts } from "../../validation/checks.ts";
import { type Finding, failure, finding } from "../../validation/finding.ts";
import { keyFindings } from "../../validation/key-findings.ts";
import { KeyRefused, replaceKey } from "./errors.ts";
import type { KeyFindings } from "./known-key.ts";
import { listFindings } from "./list-findings.ts";
import { shownId } from "./shown-id.ts";

/** What the document, the provider and the administrator's secret mean for one key. Pure. @param secret its name */
export function keyFacts(secret: string, known: KeyFindings): CredentialFacts {
  const { spec, provider, key } = known;
  if ("unknown" in key) return { spec, holds: [], findings: unanswered(secret, "its fields", key) };
  const id = "known" in key.known.id ? key.known.id.known : undefined;
  return {
    spec,
    holds:
      id === undefined ? [] : [{ name: `key ${shownId(provider.traits, id)} of ${provider.name}` }],
    ...(spec.traits.changesUsername && {
      fields: { username: known.fields["id"], password: known.fields["secret"], urls: [] },
    }),
    findings: distinct([
      ...(known.problems ?? []).map((problem) => failure(problem, secret)),
      ...unanswered(secret, `which key of ${provider.name} it is`, key.known.id),
      ...alive(secret, known),
      ...listFindings(secret, known, id, key.known.isIdStored),
      ...owner(secret, known),
      ...adminKey(secret, known),
      ...outdated(secret, known),
    ]),
  };
}

function alive(secret: string, { fields, provider, outcome }: KeyFindings): readonly Finding[] {
  if (!outcome) return [];
  const name = `the key in ${fields["secret"] || "the secret"}`;
  if ("unknown" in outcome)
    return unanswered(secret, `whether ${provider.name} accepts ${name}`, outcome);
  const { known } = outcome;
  if (known.is === "dead")
    return [failure(new KeyRefused(provider.name, name, replaceKey(secret)), secret)];
  if (known.is !== "unknown" && known.is !== "wait") return [];
  const why = known.is === "wait" ? "it limits the rate of requests" : known.why;
  return [
    finding({
      severity: "warning",
      code: "COULD_NOT_CHECK",
      secret,
      what: `Could not check whether ${provider.name} accepts ${name}, because: ${why}.`,
      remedy: "Try again.",
    }),
  ];
}

function* owner(secret: string, { provider, facts, isUserBound }: KeyFindings): Generator<Finding> {
  if (facts) yield* unanswered(secret, "whose key it is", facts);
  const account = facts && "known" in facts ? facts.known.account : undefined;
  if (account !== undefined)
    yield finding({
      severity: "note",
      code: "KEY_OWNER",
      secret,
      what: `The key belongs to ${account} at ${provider.name}.`,
    });
  if (isUserBound)
    yield finding({
      severity: "warning",
      code: "KEY_BOUND_TO_PERSON",
      secret,
      what: `A key of ${provider.name} belongs to a person, and ends when that person leaves.`,
      remedy: "Let an account that stays own the keys, e.g. a technical user.",
    });
}

/** Providers change their APIs, mostly with a year's notice or less. In milliseconds. */
const year = 365 * 24 * 3_600_000;

function* outdated(
  secret: string,
  { spec, provider, checkedOn, now }: KeyFindings,
): Generator<Finding> {
  if (checkedOn === undefined || now.getTime() - Date.parse(checkedOn) <= year) return;
  yield finding({
    severity: "warning",
    code: "PRESET_OLD",
    secret,
    what: `What the type ${spec.type} knows about ${provider.name} was last checked on ${checkedOn}, more than a year ago.`,
    remedy:
      "Upgrade Quarterturn. If the preset is yours, compare it with its sources, and set checked.on to that day.",
  });
}

function adminKey(secret: string, { admin }: KeyFindings): readonly Finding[] {
  if (!admin) return [];
  if ("unknown" in admin.state)
    return unanswered(secret, `the KMS key of the admin secret ${admin.secret}`, admin.state);
  if (!admin.state.known) return [];
  const subject = `The admin secret ${admin.secret}`;
  return keyFindings(secret, admin.kmsKey, admin.state.known.kmsKey, {
    subject,
    where: "admin.kmsKey",
  });
}

/** One error may be the answer to several questions. */
const distinct = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((each) => [each.code + each.what, each])).values(),
];
