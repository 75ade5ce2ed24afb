import type { StatusAnswer } from "../../lib/emergency/status.ts";
import type { SecretStatus } from "../../lib/emergency/status-facts.ts";

/** So many seconds after the emergency began. */
export const at = (seconds: number) =>
  new Date(Date.parse("2026-03-01T03:00:00Z") + seconds * 1000).toISOString();

export const answer = (secrets: readonly SecretStatus[], seconds = 5): StatusAnswer => ({
  outcome: "status",
  id: "INC-1",
  at: at(seconds),
  secrets,
});

/** Started, and not looked at yet. */
export const begun = (secret: string): SecretStatus => ({
  secret,
  state: "untouched",
  waitsFor: "nothing",
  consumers: [],
  problems: [],
  left: [],
});

export const rotating = (secret: string): SecretStatus => ({
  ...begun(secret),
  state: "rotating",
  waitsFor: "quarterturn",
  id: "INC-1",
  action: "leaked",
  startedAt: at(0),
  version: "leaked-1",
});

/** One of its two consumers is back. */
export const dead = (secret: string): SecretStatus => ({
  ...rotating(secret),
  state: "dead",
  promotedAt: at(1),
  deadAt: at(1.2),
  consumers: [
    { name: "service api", state: "proven" },
    { name: "service web", state: "rolling", why: "its deployment is in progress" },
  ],
});

/** It waits for a person. */
export const stuck = (secret: string): SecretStatus => ({
  ...dead(secret),
  waitsFor: "person",
  consumers: [{ name: "service web", state: "blocked", why: "it failed" }],
  problems: [
    { code: "DEPLOYMENT_FAILED", subject: "service web", severity: "critical", since: at(4) },
  ],
  left: ["service web: it failed. Mend it.", "Do this as well."],
});

export const settled = (secret: string): SecretStatus => ({
  ...dead(secret),
  state: "settled",
  waitsFor: "nothing",
  consumers: [{ name: "service web", state: "proven" }],
});
