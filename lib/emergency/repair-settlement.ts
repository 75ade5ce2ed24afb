import { retiringVersions } from "../secret/labels.ts";
import { abandonedVersion, idleRetiring, leftVersions } from "../secret/left.ts";
import { sightingOf } from "../secret/sighting.ts";
import { unsettledVersion } from "./limits.ts";
import { freshToken, type Look, noting, saying } from "./repair-look.ts";
import type { Step } from "./step.ts";

/** In milliseconds: how long a pass of settlement gets to look at one secret. */
const passTime = 60_000;

/** What settlement has to do. A look of it may come at any time, so that it is only started. */
export function ofSettlement(look: Look): Step | undefined {
  const { secret, begun, current, facts, wish } = look;
  if (begun?.wasOff && begun.token === current && secret.rotationEnabled === true)
    return { kind: "suspend" };
  const sighting = sightingOf(secret.tags, wish.now);
  const left = leftVersions(secret, sighting);
  const idle = idleRetiring(secret);
  const retiring = retiringVersions(secret).map(({ version }) => version);
  const abandoned = abandonedVersion(secret, sighting);
  const isMoved = sighting !== undefined && sighting.version !== current;
  const found = [
    ...idle.map(({ label }) => `${label} is on AWSCURRENT, and no rotation is under way.`),
    ...left.map(
      (version) => `AWSCURRENT has left version ${version}, and no label marks it for retirement.`,
    ),
    ...retiring.map((version) => `Version ${version} is not retired yet.`),
    ...(abandoned === undefined
      ? []
      : [
          `Version ${abandoned} belongs to a rotation that was given up, and its credential may work.`,
        ]),
    ...(isMoved
      ? [`AWSCURRENT was moved from version ${sighting.version}, and settlement has not seen it.`]
      : []),
  ];
  if (found.length === 0) return undefined;
  if (!facts.isSettling) {
    const will = "Settlement checks it now and continues automatically.";
    return saying({ kind: "settling", promoted: current, unfinished: retiring }, ...found, will);
  }
  const isLookedAt = idle.length === 0 && left.length === 0 && !isMoved;
  const waited = wish.now.getTime() - wish.askedAt.getTime();
  if (isLookedAt || waited > passTime) return undefined;
  if (facts.problems === undefined) return { kind: "ask", question: "problems" };
  // What it waits for then takes a person, or long.
  if (facts.problems.some(({ last }) => last.kind === "settlement")) return undefined;
  return { kind: "stay", why: "settlement looks at it" };
}

/** Nobody holds the credential of a rotation that was given up, and it works: the next rotation ends it. */
export function ofAbandoned(look: Look): Step | undefined {
  const { secret, wish, facts, current, begun, isOfThisRun } = look;
  const version = abandonedVersion(secret, sightingOf(secret.tags, wish.now));
  const isFree = secret.rotationEnabled === true && unsettledVersion(secret) === undefined;
  if (version === undefined || !isFree) return undefined;
  if (facts.problems === undefined) return { kind: "ask", question: "problems" };
  if (!facts.problems.some(({ kind }) => kind === "PENDING_ABANDONED")) return undefined;
  const token = freshToken(look, false);
  if (isOfThisRun && begun?.token === token && token === current) return undefined;
  const found = `The credential of version ${version}, whose rotation was given up, works, and nobody holds it.`;
  return saying(noting(token, look), found, "A new rotation replaces it.");
}

/** Everything is as it should be, or is settlement's to finish. What AWSCURRENT holds was tried just now. */
export function atRest(look: Look): Step {
  const { wish, secret, begun, facts, current } = look;
  if (begun) return { kind: "note", note: { ...begun, state: "done" } };
  if (facts.problems === undefined) return { kind: "ask", question: "problems" };
  const proof =
    facts.current?.current === "accepted"
      ? `AWSCURRENT is on version ${current}, and its server accepted it just now.`
      : `AWSCURRENT is on version ${current}; there is no server that could accept or refuse it.`;
  const retiring = [
    ...retiringVersions(secret).map(({ version }) => version),
    ...leftVersions(secret, sightingOf(secret.tags, wish.now)),
  ];
  const open = facts.problems.filter(({ last }) => last.kind === "settlement");
  const why = [
    ...new Set(open.map(({ kind, subject }) => (subject ? `${kind} (${subject})` : kind))),
  ];
  const waits =
    why.length > 0
      ? `for what on-call was alerted to: ${why.join(", ")}`
      : "for its consumers or the grace";
  const settles = retiring.map(
    (version) => `Version ${version} is not retired yet: settlement waits ${waits}.`,
  );
  const off =
    secret.rotationEnabled === false
      ? [
          `Rotation is switched off. To switch it on: aws secretsmanager rotate-secret --secret-id ${secret.name} --no-rotate-immediately.`,
        ]
      : [];
  const nothing = retiring.length === 0 ? ["Nothing is wrong with it."] : [];
  return saying({ kind: "done" }, ...nothing, proof, ...settles, ...off);
}
