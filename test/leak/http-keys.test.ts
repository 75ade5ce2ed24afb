import { google } from "../../lab/providers/played/google.ts";
import { resend } from "../../lab/providers/played/resend.ts";
import { sentry } from "../../lab/providers/played/sentry.ts";
import { sampled } from "../everything.ts";
import { awsDisturbances } from "./disturbances.ts";
import { type DisturbKeys, keyLeakSuite } from "./key-leak-suite.ts";
import { type PlayedKey, playedSuspect } from "./played-suspect.ts";
import { disturbProvider, providerDisturbances } from "./provider-disturbances.ts";

const keys: readonly (readonly [typeof resend, PlayedKey])[] = [
  [
    resend,
    {
      credential: { permission: "sending_access" },
      attributes: { permission: "sending_access" },
    },
  ],
  [
    google,
    {
      credential: { project: "acme-prod-1" },
      attributes: { restrictions: { apiTargets: [{ service: "safebrowsing.googleapis.com" }] } },
    },
  ],
  [sentry, { credential: { organization: "acme", project: "web" }, isIdSecret: true }],
];

for (const [index, [description, key]] of sampled([...keys.entries()], keys.length)) {
  let double: Awaited<ReturnType<typeof playedSuspect>>["double"];
  const open = async () => {
    const opened = await playedSuspect(description, key);
    double = opened.double;
    return opened.suspect;
  };
  const ofProvider = Object.entries(providerDisturbances).map(
    ([what, spoil]): [string, DisturbKeys] => [
      `the provider ${what}`,
      (_, at) => disturbProvider(double, spoil, at),
    ],
  );
  // The engine is the same for all: the first meets every way, the others a third of them each.
  const ways = [...ofProvider, ...Object.entries(awsDisturbances)].filter(
    (_, way) => index === 0 || way % 3 === index,
  );
  keyLeakSuite(`a key of ${description.name}`, open, Object.fromEntries(ways));
}
