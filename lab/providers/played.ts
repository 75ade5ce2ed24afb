import type { Description } from "./description.ts";
import { anthropic } from "./played/anthropic.ts";
import { clerk } from "./played/clerk.ts";
import { cloudflare } from "./played/cloudflare.ts";
import { datadog } from "./played/datadog.ts";
import { elevenlabs } from "./played/elevenlabs.ts";
import { gitlab } from "./played/gitlab.ts";
import { google } from "./played/google.ts";
import { huggingface } from "./played/huggingface.ts";
import { mailgun } from "./played/mailgun.ts";
import { neon } from "./played/neon.ts";
import { openaiAdmin } from "./played/openai-admin.ts";
import { openaiProject } from "./played/openai-project.ts";
import { openrouter } from "./played/openrouter.ts";
import { resend } from "./played/resend.ts";
import { sendgrid } from "./played/sendgrid.ts";
import { sentry } from "./played/sentry.ts";
import { stripe } from "./played/stripe.ts";
import { supabase } from "./played/supabase.ts";
import { twilio } from "./played/twilio.ts";

/** Every provider that can be played, by the name of its preset. */
export const played: readonly Description[] = [
  ...[
    anthropic,
    clerk,
    cloudflare,
    datadog,
    elevenlabs,
    gitlab,
    google,
    huggingface,
    mailgun,
    neon,
  ],
  ...[openaiAdmin, openaiProject, openrouter, resend, sendgrid, sentry, stripe, supabase, twilio],
];
