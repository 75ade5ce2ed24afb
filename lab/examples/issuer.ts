import { STS } from "@aws-sdk/client-sts";
import type { Account } from "./account.ts";
import { loginOfCache } from "./calls.ts";
import type { Document } from "./system.ts";

/** Who makes a key, by its console and by its API. */
export interface Issuer {
  /** Whether it accepts the key that a document holds; absent: nobody can ask it. */
  accepts?(account: Account, document: Document): Promise<boolean>;
  /** A person makes a key. @returns what there is to hand over, one line each */
  make(account: Account): readonly string[];
  /** A person deletes the key that a document holds. */
  end?(account: Account, document: Document): void;
}

/** A provider that the lab plays. @param field that holds the key */
export const playedIssuer = (provider: string, field: string): Issuer => ({
  async accepts(account, { [field]: key = "" }) {
    return account.provider(provider).keys.accept(key) !== undefined;
  },
  make: (account) => [account.provider(provider).handOut("made by hand").credential],
  end(account, { [field]: key = "" }) {
    const { keys } = account.provider(provider);
    const held = keys.ofCredential(key);
    if (held) keys.remove(held);
  },
});

/** One that only shows keys to people: whoever deletes one has to say so. */
export const silentIssuer = (...makes: readonly (() => string)[]): Issuer => ({
  make: () => makes.map((make) => make()),
});

/** The server beside the database. @param urlField holds its URL, which need not name a user */
export const cacheIssuer = (urlField: string): Issuer => ({
  accepts: (account, { [urlField]: url = "" }) => account.cache.accepts(loginOfCache(url)),
  make: () => [],
});

/** IAM of the stand-in. @param idField and `secretField`: of the access key */
export const iamIssuer = (idField: string, secretField: string): Issuer => ({
  async accepts({ aws }, { [idField]: accessKeyId = "", [secretField]: secretAccessKey = "" }) {
    const { endpoint, region } = aws;
    const credentials = { accessKeyId, secretAccessKey };
    const client = new STS({ endpoint, region, credentials, maxAttempts: 1 });
    try {
      await client.getCallerIdentity();
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === "InvalidClientTokenId") return false;
      throw error;
    } finally {
      client.destroy();
    }
  },
  make: () => [],
});
