import type { PasswordPolicy } from "../login/password.ts";

/** In characters (user guides of both services, passwords of users and AUTH tokens). */
const [shortest, longest] = [16, 128];

/** Complains of passwords that AWS would refuse. */
export function requireAllowed(
  { length, characters }: PasswordPolicy,
  isAllowed: (character: string) => boolean,
  complain: (problem: string) => void,
): void {
  if (length < shortest || length > longest)
    complain(`has length ${length}: AWS accepts ${shortest} to ${longest} characters here`);
  const bad = [...characters].filter((character) => !isAllowed(character));
  if (bad.length > 0)
    complain(
      `allows ${bad.map((each) => JSON.stringify(each)).join(", ")}, which AWS refuses: remove ${bad.length === 1 ? "it" : "them"} from characters`,
    );
}
