import type { Answer } from "../../lib/emergency/emergency.ts";
import type { StatusAnswer } from "../../lib/emergency/status.ts";
import { factsSince } from "./facts.ts";
import { verdictOf } from "./follow.ts";
import type { Payload } from "./options.ts";
import { planLines } from "./plan-text.ts";
import { Screen } from "./screen.ts";
import { tableOf } from "./table.ts";

/** Shows an emergency, to a person or to a program. */
export interface Display {
  plan(answer: Answer): void;
  started(answer: Answer): void;
  show(answer: StatusAnswer): void;
  /** A look failed; there will be others. */
  missed(why: string): void;
  end(answer: StatusAnswer, asked: Payload["action"]): void;
}

type Output = Pick<typeof process.stdout, "write" | "columns" | "rows">;

/** JSON lines, a fact each. */
export function jsonDisplay(output: Pick<Output, "write">, now: () => Date): Display {
  const line = (fact: object) => void output.write(`${JSON.stringify(fact)}\n`);
  const here = () => ({ at: now().toISOString() });
  let last: StatusAnswer | undefined;
  return {
    plan: ({ id, action, secrets }) => {
      for (const each of secrets) line({ ...here(), ...each, fact: "plan", id, action });
    },
    started: ({ id, action, outcome }) => line({ ...here(), fact: outcome, id, action }),
    show(answer) {
      for (const fact of factsSince(last, answer)) line(fact);
      last = answer;
    },
    missed: (why) => line({ ...here(), fact: "missed", why }),
    end: (answer, asked) => line({ at: answer.at, fact: "end", outcome: verdictOf(answer, asked) }),
  };
}

/** A table that is redrawn in place. */
export function terminalDisplay(output: Output, again: (id: string) => string): Display {
  const screen = new Screen(output);
  const print = (lines: readonly string[]) => void output.write(`${lines.join("\n")}\n`);
  const size = () => ({ columns: output.columns || 80, rows: output.rows || 24 });
  let last: readonly string[] = [];
  return {
    plan: (answer) => print(planLines(answer)),
    started: ({ id }) =>
      print([`Emergency ${id} is under way. Ctrl-C ends only this display.`, ""]),
    show(answer) {
      last = tableOf(answer, size());
      screen.draw(last);
    },
    missed: (why) =>
      screen.draw([
        ...last,
        `Cannot read the status: ${why}`.slice(0, size().columns),
        "Trying again.",
      ]),
    end: (answer, asked) => print(endLines(answer, asked, again(answer.id))),
  };
}

function endLines(
  answer: StatusAnswer,
  asked: Payload["action"],
  again: string,
): readonly string[] {
  const left = answer.secrets.flatMap((each) => each.left.map((says) => `${each.secret}: ${says}`));
  const verdict = verdictOf(answer, asked);
  const isSettling = answer.secrets.some(({ state }) => state === "promoted" || state === "dead");
  const last = {
    done: isSettling ? "Done. Settlement continues automatically." : "Done.",
    left: `Look again: ${again}`,
    moving: `It continues. Look again: ${again}`,
  };
  return ["", ...left, last[verdict]];
}
