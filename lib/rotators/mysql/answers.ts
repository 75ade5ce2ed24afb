/** The numbers of the server's errors that say something about an account's two passwords. */
export const answers = {
  /** A right is missing. It is looked at first. */
  denied: 1227,
  syntax: 1064,
  /** validate_password. It is looked at before the passwords that there are. */
  tooWeak: 1819,
  /** PASSWORD HISTORY, the same. */
  hadBefore: 3638,
  /** REPLACE names another password than the main one. */
  notMain: 3891,
  /** An empty password beside another one. It is looked at last. */
  emptyRefused: 3895,
} as const;
