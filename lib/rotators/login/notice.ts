/** What the reader should know although the rotation goes on. Never with a secret value. */
export interface Notice {
  readonly code:
    | "ACCOUNT_MAY_LOCK"
    | "DEFINER_STAYS"
    | "OTHER_PASSWORD_ENDS"
    | "PASSWORD_EXPIRES"
    | "SETTING_NOT_COPIED";
  readonly what: string;
  readonly remedy: string;
}
