import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * A small process that outlives this one for a moment: when this one is gone, however it ended
 * (also by `kill -9`), it stops the held server and removes its folders. It sits in a session of its own,
 * so that Ctrl-C in the terminal does not reach it.
 */
export interface Leash {
  /** The process to stop; `undefined` once it has exited. */
  hold(pid: number | undefined): void;
  /** Does this now, and waits until it is done. */
  release(): Promise<void>;
}

// Standard input ends with the process that holds its other end. SIGQUIT is PostgreSQL's immediate
// shutdown; SIGKILL is for a server that does not answer within two seconds.
const SCRIPT = `
while read -r line; do pid=$line; done
if [ -n "$pid" ] && kill -QUIT "$pid"; then
  tries=0
  while kill -0 "$pid" && [ $tries -lt 100 ]; do sleep 0.02; tries=$((tries + 1)); done
  kill -KILL "$pid"
fi 2>/dev/null
rm -rf "$@"
`;

export function leash(...folders: readonly string[]): Leash {
  const keeper = spawn("/bin/sh", ["-c", SCRIPT, "leash", ...folders], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const ended = once(keeper, "exit");
  return {
    hold: (pid) => void keeper.stdin.write(`${pid ?? ""}\n`),
    release: async () => {
      keeper.stdin.end();
      await ended;
    },
  };
}
