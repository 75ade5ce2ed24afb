import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Flavour, findBinary, flavour, unpacked, versionOf } from "./binaries.ts";

const run = promisify(execFile);

/** What its binary needs and a small Debian lacks. */
const libraries = ["libatomic1", "libjemalloc2", "liblzf1", "libssl3"];

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Unpacks Debian's package without installing it, so that no service starts; a machine that has the server keeps its own.
 * @returns what is there now, as a sentence
 */
export async function installRedis(name: Flavour): Promise<string> {
  if (!findBinary(name) && existsSync("/usr/bin/apt-get")) await unpack(name);
  const { title } = flavour(name);
  const binary = findBinary(name);
  return binary
    ? `${title} ${versionOf(binary)} is installed.`
    : `${title} is not installed: put ${name}-server on the PATH. Its tests are skipped.`;
}

async function unpack(name: Flavour): Promise<void> {
  const target = unpacked(name);
  await mkdir(dirname(target), { recursive: true });
  const made = await mkdtemp(`${target}-`);
  const { package: tools, suite } = flavour(name);
  const download = ["download", "-qq"];
  await run("apt-get", [...download, ...libraries], { cwd: made });
  await run("apt-get", [...download, tools], { cwd: made }).catch(async (error) => {
    if (!suite) throw error;
    const options = await sourceOf(suite, join(made, "apt"));
    await run("apt-get", [...options, "update", "-qq"]);
    await run("apt-get", [...options, ...download, tools], { cwd: made });
  });
  const root = join(made, "root");
  for (const file of await readdir(made))
    if (file.endsWith(".deb")) await run("dpkg", ["-x", join(made, file), root]);
  // It is one program, which behaves as it is called.
  await copyFile(join(root, `usr/bin/${name}-check-rdb`), join(root, `usr/bin/${name}-server`));
  await gatherLibraries(root);
  await rename(root, target);
  await rm(made, { recursive: true });
}

/** Options that show apt this suite and nothing else, and keep what it learns apart: the machine's sources stay as they are. */
async function sourceOf(suite: string, folder: string): Promise<readonly string[]> {
  for (const part of ["lists/partial", "cache/archives/partial", "parts"])
    await mkdir(join(folder, part), { recursive: true });
  const list = join(folder, "sources.list");
  await writeFile(list, `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main\n`);
  return [
    `Dir::Etc::sourcelist=${list}`,
    `Dir::Etc::sourceparts=${join(folder, "parts")}`,
    `Dir::State::lists=${join(folder, "lists")}`,
    `Dir::Cache=${join(folder, "cache")}`,
  ].flatMap((option) => ["-o", option]);
}

/** Into one folder, wherever this machine's kind has them. */
async function gatherLibraries(root: string): Promise<void> {
  const into = join(root, "lib");
  const { stdout } = await run("find", [root, "-name", "lib*.so*"]);
  await mkdir(into, { recursive: true });
  for (const file of stdout.split("\n").filter(Boolean))
    if (dirname(file) !== into)
      await cp(file, join(into, file.slice(file.lastIndexOf("/") + 1)), { dereference: true });
}
