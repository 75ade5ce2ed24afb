import { afterAll, beforeAll } from "vitest";
import { providerContract } from "../../../contracts/provider.ts";
import { type IamServices, iamCan, iamServices } from "./iam-service.ts";

let iam: IamServices;
beforeAll(async () => {
  iam = await iamServices();
});
afterAll(() => iam?.[Symbol.asyncDispose]());

providerContract("IAM user", iamCan, () => iam.open());
