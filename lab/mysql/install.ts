import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findBinaries, unpacked, versionOf } from "./binaries.ts";

const run = promisify(execFile);

/** MySQL is in no release of Debian, but in the one that is always being made. */
const suite = "sid";
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Dependencies of the package that the server itself does not need. */
const unneeded = /^(perl|libperl|libgdbm|libdb5|libc-gconv|libudev)/;

/**
 * Unpacks Debian's package and the libraries that it needs, without installing them. Of the machine nothing is changed:
 * apt gets folders and a list of sources of its own, and checks what it downloads by Debian's signature. 60 MB are
 * downloaded and 256 MB kept, in some 10 to 25 seconds.
 * @returns what is there now, as a sentence
 */
export async function installMysql(): Promise<string> {
  const canUnpack = existsSync("/usr/bin/apt-get") && existsSync(keyring) && process.arch === "x64";
  if (!findBinaries() && canUnpack) await unpack();
  const binaries = findBinaries();
  if (!binaries) return "MySQL is not installed: Debian on x64 has it. Its tests are skipped.";
  return `MySQL ${versionOf(binaries)} is installed.`;
}

async function unpack(): Promise<void> {
  await mkdir(dirname(unpacked), { recursive: true });
  const made = await mkdtemp(`${unpacked}-`);
  try {
    const apt = await ownApt(made);
    await run("apt-get", [...apt, "update", "-qq"]);
    await run("apt-get", [...apt, "install", "-qq", "-y", "--download-only", "mysql-server-core"]);
    const archives = join(made, "cache/archives");
    for (const file of await readdir(archives))
      if (file.endsWith(".deb") && !unneeded.test(file))
        await run("dpkg", ["-x", join(archives, file), join(made, "root")]);
    const binaries = findBinaries(join(made, "root"));
    if (!binaries || !versionOf(binaries))
      throw new Error("MySQL was unpacked, but does not start.");
    await rename(join(made, "root"), unpacked);
  } finally {
    await rm(made, { recursive: true });
  }
}

/** Options that keep apt from everything of the machine's. */
async function ownApt(folder: string): Promise<readonly string[]> {
  for (const part of ["state/lists/partial", "cache/archives/partial"])
    await mkdir(join(folder, part), { recursive: true });
  const [list, status] = [join(folder, "sources.list"), join(folder, "status")];
  await writeFile(list, `deb [signed-by=${keyring}] ${await mirror()} ${suite} main\n`);
  await writeFile(status, "");
  const options = {
    "Dir::State": join(folder, "state"),
    "Dir::State::status": status,
    "Dir::Cache": join(folder, "cache"),
    "Dir::Etc::sourcelist": list,
    "Dir::Etc::sourceparts": "-",
    "APT::Architecture": "amd64",
    "APT::Install-Recommends": "false",
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
  };
  return Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/** Where the machine itself gets Debian's packages from. */
async function mirror(): Promise<string> {
  const format = "$(REPO_URI) $(ORIGIN) $(COMPONENT)";
  const { stdout } = await run("apt-get", [
    "indextargets",
    "--format",
    format,
    "Created-By: Packages",
  ]);
  const [uri] = /\S+(?=\/? Debian main$)/m.exec(stdout) ?? [];
  if (uri) return uri;
  throw new Error("The machine's apt names no source of Debian's packages.");
}
