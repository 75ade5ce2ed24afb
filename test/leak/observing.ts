import { fileURLToPath } from "node:url";

/** In front of a line that the observer printed, not the function. */
const marker = "leak-suite:";

/**
 * A bundle around a built one: in the same process, it prints everything that could be made of what the
 * function threw, and the process's own command line and environment.
 * @param ahead a file that is imported ahead of it
 */
export function observing(bundle: string, ahead?: string): string {
  const rendering = fileURLToPath(new URL("../rendering.ts", import.meta.url));
  return `
${ahead === undefined ? "" : `import ${JSON.stringify(ahead)};`}
import { existsSync, readFileSync } from "node:fs";
import { everyRendering } from ${JSON.stringify(rendering)};
import { handler as observed } from ${JSON.stringify(bundle)};

const tell = (place, text) => process.stdout.write("\\n${marker}" + JSON.stringify([place, text]) + "\\n");
const own = "/proc/self/cmdline";

export async function handler(event, context) {
  try {
    return await observed(event, context);
  } catch (thrown) {
    tell("error", everyRendering(thrown));
    throw thrown;
  } finally {
    const { argv, execArgv, title, env } = process;
    const line = existsSync(own) ? readFileSync(own, "utf8") : "";
    tell("process", [...argv, ...execArgv, title, line, ...Object.values(env)].join("\\n"));
  }
}`;
}

/** What an observed function printed, by place. */
export function told(log: string): {
  error: string;
  process: string;
  metrics: string;
  output: string;
} {
  const places = { error: "", process: "", metrics: "", output: "" };
  for (const line of log.split("\n")) {
    if (line.startsWith(marker)) {
      const [place, text]: ["error" | "process", string] = JSON.parse(line.slice(marker.length));
      places[place] += `${text}\n`;
    } else places[line.startsWith('{"_aws"') ? "metrics" : "output"] += `${line}\n`;
  }
  return places;
}
