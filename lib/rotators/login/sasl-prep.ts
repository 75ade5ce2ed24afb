/** Tables C.1.2 and B.1 of RFC 3454. */
const spaces = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;
const ignored =
  /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;

/**
 * RFC 4013 without its prohibitions: a password in the form in which SCRAM proves it. Our own passwords are ASCII; one
 * that a person chose comes through here.
 */
export function saslPrepared(password: string): string {
  return password.replace(spaces, " ").replace(ignored, "").normalize("NFKC");
}
