import type { AlertContext } from "./alert-context.ts";
import type { Commands } from "./commands.ts";
import { cut } from "./cut.ts";

/** Printable and not empty: SNS takes no other message attributes. */
export interface Attributes {
  readonly severity: string;
  readonly secret: string;
  readonly environment: string;
  readonly step: string;
  readonly code: string;
  readonly status: string;
}

/** What all forms of one alert are made of. */
export interface Story {
  /** For machines, e.g. `rotation-failed`. */
  readonly kind: string;
  readonly attributes: Attributes;
  /** What of the secret the problem is about; may be empty. */
  readonly subject: string;
  /** E.g. `rotation failed in setSecret (UNREACHABLE)`. */
  readonly headline: string;
  /** Full sentences. */
  readonly happened: string;
  readonly safe: { readonly full: string; readonly brief: string };
  /** Full sentences. */
  readonly remedy: string;
  /** After `What Quarterturn does next:`; absent: nothing that a person must know. */
  readonly next?: string;
  readonly commands: readonly Commands[];
  readonly productionSafe: boolean;
  readonly retryable: boolean;
  /** The version. */
  readonly token: string;
  readonly context: AlertContext;
}

/** Stands for a secret's name in an alert that is about none. */
export const noSecret = "none";

/** E.g. `rotation failed in setSecret (UNREACHABLE): production/database/primary`. */
export const titleOf = ({ headline, attributes: { secret } }: Story) =>
  secret === noSecret ? headline : `${headline}: ${secret}`;

/** How long one of the first lines may be, in characters: two or three lines of a mail. */
const lineLength = 400;

/**
 * The first lines of every form: what happened, whether production is safe now, and what to do. Where one is cut, the
 * form has the whole further down.
 */
export function firstLines({ happened, safe, remedy, headline, attributes }: Story) {
  const { secret } = attributes;
  const what = `${headline}${secret === noSecret ? "" : `, secret ${secret}`}. ${happened}`;
  return {
    happened: `What happened: ${oneLine(what)}`,
    safe: `Is production safe: ${oneLine(safe.full)}`,
    remedy: `What to do: ${oneLine(remedy)}`,
  };
}

/** Without line breaks, and of bounded length. */
const oneLine = (text: string) => cut(text.replace(/\s+/g, " ").trim(), lineLength);

/** In one sentence or two: the title of an incident. At most 1,024 characters, as PagerDuty takes. */
export const summaryOf = (story: Story) =>
  cut(`${titleOf(story)}. ${story.safe.brief}`.replace(/\s+/g, " "), 1024);

/** Where a code is explained: a link, or else the page's path in the repository that was deployed. */
export const runbookOf = ({ attributes, context: { runbook = "docs/runbook.md" } }: Story) =>
  `${runbook}#${attributes.code.toLowerCase()}`;
