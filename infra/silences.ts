import { lookedMetric } from "../lib/reporting/metric-names.ts";
import type { Alarm } from "./alarm.ts";
import { ref } from "./cloudformation.ts";
import { type Deployment, functionId } from "./deployment.ts";

/** The alarms on what should run, and does not. */
export const silences = (deployment: Deployment): readonly Alarm[] => [
  settleSilent,
  watchSilent,
  unwatched(deployment),
];

/** The ticks come every five minutes, so this is three of them. In seconds. */
const ticks = 900;

const settleSilent: Alarm = {
  name: "settle-silent",
  metric: "Invocations",
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: ref(functionId("settle")) },
  silentFor: ticks,
  happened:
    "{settle} has not run for 15 minutes, so no old credential is retired and nobody is alerted when a rotation does not settle. Right after the first deployment this is the wait for the first tick.",
  remedy:
    "Check that the rule {tick} is enabled, that the queue's event source mapping is, and the throttles of {settle}.",
};

const watchSilent: Alarm = {
  name: "watch-silent",
  metric: "Invocations",
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: ref(functionId("watch")) },
  silentFor: ticks,
  happened:
    "{watch} has not run for 15 minutes, so nobody is alerted of rotations that are killed, overdue or switched off. Right after the first deployment this is the wait for the first tick.",
  remedy: "Check that the rule {watch-tick} is enabled, and the throttles of {watch}.",
};

/** Two hourly looks, and a quarter of an hour for the second one. In seconds. */
const looks = 8100;

/** It runs, and its hourly look does not come to its end. */
const unwatched = ({ stage }: Deployment): Alarm => ({
  name: "watch-blind",
  metric: lookedMetric,
  namespace: "Quarterturn",
  dimensions: { service: "quarterturn", environment: stage },
  silentFor: looks,
  happened:
    "{watch} has not looked at all secrets for two hours, so nobody is alerted of rotations that are overdue, switched off or stuck. Right after the first deployment this is the wait for the first look.",
  remedy: "Check that the rule {hourly-look} is enabled, and the log of {watch}.",
});
