import { stripVTControlCharacters, styleText } from "node:util";

/** Columns of the widest line; a terminal that does not know its size says 0. */
const width = Math.min(100, process.stdout.columns || 100);
const margin = "  ";

// Colours that are readable on dark and on light; `styleText` leaves them out where no terminal shows them.
export const bold = (text: string) => styleText("bold", text);
export const mark = (good: boolean) => (good ? styleText("green", "✓") : styleText("red", "✗"));

export function heading(text: string): void {
  console.log(`\n${bold(text)}`);
}

/** Wrapped; `lead` stands in front of the first line, and the others are indented by its width. */
export function paragraph(text: string, lead = ""): void {
  const indent = " ".repeat(stripVTControlCharacters(lead).length);
  const [first = "", ...others] = wrap(text, width - margin.length - indent.length);
  console.log(`${margin}${lead}${first}`);
  for (const line of others) console.log(`${margin}${indent}${line}`);
}

/** Breaks between words; a word that is longer than the line keeps one of its own. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const extended = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && extended.length <= columns) lines[lines.length - 1] = extended;
    else lines.push(word);
  }
  return lines;
}
