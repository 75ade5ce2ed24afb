import {
  GetRandomPasswordCommand,
  type GetRandomPasswordRequest,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { secretsApi, topic } from "./fact.ts";

const source = secretsApi("GetRandomPassword");

async function password({ clients }: TestAccount, input: GetRandomPasswordRequest = {}) {
  const command = new GetRandomPasswordCommand(input);
  return (await clients.secrets.send(command)).RandomPassword ?? "";
}

topic("Random passwords", (fact) => {
  fact("32 characters, one of each type at least", { source }, async (account) => {
    const made = await password(account);
    expect(made).toMatch(/^[!-~]{32}$/);
    for (const type of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(made).toMatch(type);
    expect(await password(account)).not.toBe(made);
  });

  fact("each type and each character can be left out", { source }, async (account) => {
    const PasswordLength = 200;
    const none = { ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true };
    for (const [input, expected] of [
      [{ ExcludePunctuation: true }, /^[A-Za-z0-9]+$/],
      [{ ExcludeLowercase: true }, /^[^a-z]+$/],
      [{ ExcludeUppercase: true }, /^[^A-Z]+$/],
      [{ ExcludeNumbers: true }, /^[^0-9]+$/],
      [none, /^[!-/:-@[-`{-~]+$/],
      [{ ExcludeCharacters: "aA0!" }, /^[^aA0!]+$/],
      [{ ...none, IncludeSpace: true }, / /],
    ] as const) {
      expect(await password(account, { ...input, PasswordLength })).toMatch(expected);
    }
  });

  fact("no type is required with RequireEachIncludedType off", { source }, async (account) => {
    const made = await password(account, { PasswordLength: 1, RequireEachIncludedType: false });
    expect(made).toHaveLength(1);
  });

  fact("1 to 4,096 characters, and room for every type", { source }, async (account) => {
    expect(await password(account, { PasswordLength: 4096 })).toHaveLength(4096);
    for (const PasswordLength of [0, 3, 4097]) {
      await expect(password(account, { PasswordLength })).rejects.toMatchObject({
        name: expect.stringMatching(/^(InvalidParameter|Validation)Exception$/),
      });
    }
  });
});
