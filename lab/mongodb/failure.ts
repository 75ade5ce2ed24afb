/** Numbers and names of `src/mongo/base/error_codes.yml` of the server's source. */
const codes = {
  BadValue: 2,
  UserNotFound: 11,
  Unauthorized: 13,
  AuthenticationFailed: 18,
  RoleNotFound: 31,
  CommandNotFound: 59,
  MechanismUnavailable: 334,
  NotWritablePrimary: 10_107,
  DuplicateKey: 11_000,
  UnrecognizedPipelineStage: 40_324,
  UnknownField: 40_415,
  UserExists: 51_003,
  RoleExists: 51_002,
} as const;

/** An answer that is an error. Its text quotes as a server's may. */
export class Failure extends Error {
  readonly code: number;
  readonly codeName: string;

  constructor(name: keyof typeof codes, message: string) {
    super(message);
    this.code = codes[name];
    this.codeName = name;
  }
}
