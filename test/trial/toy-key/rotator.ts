import { ToyKeyCredential, type ToyKeySpec } from "./credential.ts";

export const rotator = { credential: (spec: ToyKeySpec) => new ToyKeyCredential(spec) };
