import { KeyCredential } from "../key/credential.ts";
import { iamClients } from "./clients.ts";
import { IamUser } from "./provider.ts";
import type { IamSpec } from "./spec.ts";

export const rotator = {
  credential: (spec: IamSpec) => new KeyCredential(spec, new IamUser(spec, iamClients())),
};
