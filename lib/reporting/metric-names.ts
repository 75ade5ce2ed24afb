/** The metrics that alarms use: failures of which on-call knows, and looks at all secrets that came to their end. */
export const [toldMetric, lookedMetric] = ["FailuresTold", "Looked"];
