import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeAuthority } from "../../../lab/postgres/certificates.ts";
import { scopeKeys } from "../../../lib/consumers/types.ts";
import { compileManifest } from "../../../lib/manifest/compile.ts";
import type { Manifest, SecretEntry } from "../../../lib/manifest/manifest.ts";
import { type Remark, remarkText } from "../../../lib/manifest/remark.ts";
import type { TypeList } from "../../../lib/manifest/type-list.ts";
import { type as generated } from "../../../lib/rotators/generated/type.ts";
import { typeInFile } from "../../../lib/rotators/http/types.ts";
import { type as iam } from "../../../lib/rotators/iam/type.ts";
import { isLogin, type LoginSpec } from "../../../lib/rotators/login/login.ts";
import { loginType } from "../../../lib/rotators/login/type.ts";
import { type as postgres } from "../../../lib/rotators/postgres/type.ts";

/** With a second engine. */
const list: TypeList = {
  types: {
    postgres,
    mysql: loginType("A login of a MySQL server.", () => Promise.reject(new Error("no server")), {
      "two-passwords": { needsAdmin: false },
      "in-place": { needsAdmin: false },
    }),
    generated,
    iam,
  },
  read: typeInFile,
  defaultType: "postgres",
  scopeKeys,
};

/** A folder with a rotation.yml and with PEM files of every kind: ca, both, key, broken. */
export class ManifestFolder implements Disposable {
  readonly file: string;
  /** What is in ca.pem, beside a note. */
  readonly certificate: string;
  readonly #folder: string;

  private constructor(folder: string, certificate: string) {
    this.#folder = folder;
    this.file = join(folder, "rotation.yml");
    this.certificate = certificate;
  }

  static async make(): Promise<ManifestFolder> {
    const folder = mkdtempSync(join(tmpdir(), "quarterturn-manifest-"));
    const authority = await makeAuthority();
    const { key, certificate } = await authority.issue(["db.internal"]);
    const files = {
      "ca.pem": `a note\n${authority.certificate}`,
      "both.pem": key + authority.certificate + certificate,
      "key.pem": key,
      "broken.pem": authority.certificate.replace(/\nMI/, "\nXX"),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return new ManifestFolder(folder, authority.certificate);
  }

  /** Of this text, for this stage; `warnings` gets those. */
  compile(
    text: string | Uint8Array,
    {
      stage = "production",
      region = undefined as string | undefined,
      now = new Date(),
      warnings = [] as string[],
      types = list,
    } = {},
  ) {
    writeFileSync(this.file, text);
    const warn = (warning: Remark) => void warnings.push(this.withoutItsName(remarkText(warning)));
    const manifest: Manifest = compileManifest(this.file, types, { stage, region, now, warn });
    return manifest;
  }

  add(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }

  withoutItsName(text: string): string {
    return text.replaceAll(`${this.#folder}/`, "");
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** The login at this place among those of an entry. */
export function loginOf(entry: SecretEntry | undefined, index = 0): LoginSpec {
  const spec = entry?.credentials.filter(isLogin)[index];
  if (!isLogin(spec)) throw new Error(`no login: ${JSON.stringify(spec)}`);
  return spec;
}
