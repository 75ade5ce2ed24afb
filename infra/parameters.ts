import { InvalidParameters } from "./errors.ts";

/** From --param, or `params` in serverless.yml. */
export interface Parameters {
  /** Subscribed to the alerts; absent: subscribe on-call by hand. */
  readonly alertEmail?: string | undefined;
  /** URL of the page of docs/runbook.md, for the links in alerts; absent: they name its path. */
  readonly runbook?: string | undefined;
  /** The VPC of the functions that reach databases; absent: none. */
  readonly network?: Network | undefined;
}

interface Network {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

const forms = {
  alertEmail: { form: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, such: "an email address" },
  subnetIds: {
    form: /^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/,
    such: "a subnet's id (subnet-0123456789abcdef0)",
  },
  securityGroupIds: {
    form: /^sg-([0-9a-f]{8}|[0-9a-f]{17})$/,
    such: "a security group's id (sg-0123456789abcdef0)",
  },
  runbook: {
    form: /^https:\/\/[^\s#@,]+$/,
    such: "the URL of a page (https://…) without an anchor",
  },
} as const;

/**
 * Checks the parameters as they are given, by name; several ids are separated by commas.
 * @throws InvalidParameters with every problem
 */
export function parseParameters(given: Readonly<Record<string, unknown>>): Parameters {
  const problems: string[] = [];
  const known = Object.keys(forms);
  for (const name of Object.keys(given))
    if (!known.includes(name)) problems.push(`${name}: unknown; known are ${known.join(", ")}.`);
  const values = (name: keyof typeof forms) => {
    const list = String(given[name] ?? "").split(",");
    const found = list.map((each) => each.trim()).filter(Boolean);
    const { form, such } = forms[name];
    for (const value of found)
      if (!form.test(value)) problems.push(`${name}: ${JSON.stringify(value)} is not ${such}.`);
    return found;
  };
  const [alertEmail, ...others] = values("alertEmail");
  if (others.length > 0)
    problems.push("alertEmail: one address only; subscribe others to the topic by hand.");
  const [runbook] = values("runbook");
  const [subnetIds, securityGroupIds] = [values("subnetIds"), values("securityGroupIds")];
  const needsBoth = (missing: string, such: string) =>
    `${missing}: missing. To run in a VPC takes both: add --param ${missing}=${such}.`;
  if (subnetIds.length === 0 && securityGroupIds.length > 0)
    problems.push(needsBoth("subnetIds", "subnet-…,subnet-…"));
  if (securityGroupIds.length === 0 && subnetIds.length > 0)
    problems.push(needsBoth("securityGroupIds", "sg-…"));
  if (problems.length > 0) throw new InvalidParameters(problems);
  return {
    alertEmail,
    runbook,
    network: subnetIds.length > 0 ? { subnetIds, securityGroupIds } : undefined,
  };
}
