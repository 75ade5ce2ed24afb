/** What came of one fact. */
export interface FactResult {
  readonly topic: string;
  readonly says: string;
  readonly source: string;
  readonly outcome: "holds" | "does not hold" | "not run";
  /** What was observed, why it does not hold, or why it was not run. */
  readonly note: string;
}

export interface Count {
  readonly holds: number;
  readonly fails: number;
  readonly notRun: number;
}

export function count(results: readonly FactResult[]): Count {
  const number = (outcome: FactResult["outcome"]) =>
    results.filter((each) => each.outcome === outcome).length;
  return {
    holds: number("holds"),
    fails: number("does not hold"),
    notRun: number("not run"),
  };
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");

/** A table in Markdown, by topic; what does not hold comes first. */
export function table(results: readonly FactResult[]): string {
  const order = ["does not hold", "holds", "not run"];
  const sorted = results.toSorted(
    (a, b) =>
      order.indexOf(a.outcome) - order.indexOf(b.outcome) || a.topic.localeCompare(b.topic, "en"),
  );
  const rows = sorted.map(({ outcome, topic, says, note, source }) =>
    [outcome, `${topic}: ${says}`, note, source].map(cell).join(" | "),
  );
  return ["", "fact", "seen", "source"]
    .join(" | ")
    .replace(/^/, "| ")
    .concat(" |\n|---|---|---|---|\n", rows.map((row) => `| ${row} |`).join("\n"));
}

export function summary(results: readonly FactResult[]): string {
  const { holds, fails, notRun } = count(results);
  return `${holds} facts hold, ${fails} do not, ${notRun} were not run.`;
}
