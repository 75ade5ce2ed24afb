import type { KeySpec } from "../key/key.ts";

/** An access key of an IAM user. Its parts are `id`, `secret` and what is derived from them. */
export interface IamSpec extends KeySpec {
  /** With its path, if it has one: `apps/uploads`. */
  readonly user: string;
  readonly smtp: readonly SmtpLogin[];
}

/** A login to Amazon SES in one Region, which is derived from the key. */
export interface SmtpLogin {
  readonly region: string;
  /** Names of parts of the key. */
  readonly passwordPart: string;
  readonly usernamePart?: string | undefined;
}

/** Without its path, which only ARNs have. */
export const userName = ({ user }: Pick<IamSpec, "user">): string =>
  user.slice(user.lastIndexOf("/") + 1);

/** For messages. */
export const nameOfUser = (spec: Pick<IamSpec, "user">): string => `IAM user ${userName(spec)}`;
