import type { CredentialSpec } from "../manifest/type.ts";
import type { Ready } from "./next.ts";
import type { EmergencyAction } from "./request.ts";
import type { Wish } from "./step.ts";

/** What an emergency does, in the middle of a sentence. @param names of its secrets */
export function whatOf(action: EmergencyAction, names: readonly string[]): string {
  const [first = "none"] = names;
  const secrets = names.length === 1 ? first : `${names.length} secrets (${first}, …)`;
  return `${verbs[action]} ${secrets}`;
}

const verbs: Readonly<Record<EmergencyAction, string>> = {
  rotate: "rotate",
  leaked: "replace and end what leaked of",
  rollback: "bring back the previous version of",
  repair: "repair",
  status: "look at",
};

/** Characters of an alert; the log has all of it. */
const longest = 1000;

/** What was found of the first secrets, for the alert; of the other actions whoever asks says it. */
export function foundText(
  action: EmergencyAction,
  planned: readonly { readonly secret: string; readonly says: string }[],
): string | undefined {
  if (action !== "repair" && action !== "rollback") return undefined;
  const all = planned.map(({ secret, says }) => `${secret}: ${says}`).join(" ");
  return all.length > longest ? `${all.slice(0, longest - 3)}...` : all;
}

/** What is about to happen to one secret, for whoever has to say yes. */
export function planText(step: Ready, wish: Wish, name: string): string {
  if (step.says !== undefined) return step.says;
  const replacement = () => replaced(wish, name);
  switch (step.kind) {
    case "done":
      return `Done since ${step.note?.at.toISOString()} by this emergency. To do it again, give another id or reason.`;
    case "refuse":
      return step.error.message;
    case "wait":
      return "A rotation of it is under way and continues.";
    case "settling":
      return "The new version is in place. What is left is being settled.";
    case "suspend":
      return "The new version is in place. Its schedule, which was off, is switched off again.";
    case "hold":
    case "move":
    case "resume":
      return "It has begun and continues.";
    case "stay":
      return `It waits: ${step.why}.`;
    case "clear":
      return `The rotation that is under way is given up. ${replacement()}`;
    case "note":
    case "start":
      return replacement();
  }
}

function replaced({ action, entry, revokeFirst = false }: Wish, name: string): string {
  const all = entry.credentials.map((each) => {
    if (each.supply)
      return `the ${labelOf(each)} in ${each.supply.field} stays: make a new one and run npm run supply -- ${name}`;
    return action === "leaked" ? leakedText(each, revokeFirst) : rotateText(each);
  });
  return `${all.join("; ")}.`.replace(/^./, (letter) => letter.toUpperCase());
}

const labelOf = ({ label, type }: CredentialSpec) => `${label ?? type} key`;

function leakedText(credential: CredentialSpec, isRevokedFirst: boolean): string {
  const { type, strategy, traits } = credential;
  if (type === "generated")
    return "generated value: a new one, and the old one is not kept anywhere";
  if (strategy === "alternating-users")
    return `${type}: the other user takes over with a new password; the leaked one loses its password, its login and its sessions`;
  if (strategy === "issue" && isRevokedFirst)
    return `${labelOf(credential)}: revoked first, if another credential may do that, and then replaced; whatever uses it fails until it has the new one`;
  if (strategy === "issue")
    return `${labelOf(credential)}: a new one, and the old one is deleted at once`;
  return traits.oldWorksBeside
    ? `${type}: a new one, and the old one ends at once`
    : `${type}: switched; consumers that hold the old one cannot open connections until they are redeployed`;
}

function rotateText({ type, strategy, traits }: CredentialSpec): string {
  return traits.oldWorksBeside || type === "generated"
    ? `${type} (${strategy}): a new one; the old one works until all consumers are proven on the new one`
    : `${type} (${strategy}): switched; consumers that hold the old one cannot open connections until they are redeployed`;
}
