import { z } from "zod";

/**
 * The body of a request to https://events.pagerduty.com/v2/enqueue, from "Send an alert event" of PagerDuty's developer
 * documentation (https://developer.pagerduty.com/docs/send-alert-event; source: PagerDuty/developer-docs).
 */
export const pagerDutyEvent = z.fromJSONSchema({
  type: "object",
  additionalProperties: false,
  required: ["routing_key", "event_action", "payload"],
  properties: {
    routing_key: { type: "string", minLength: 32, maxLength: 32 },
    event_action: { enum: ["trigger", "acknowledge", "resolve"] },
    dedup_key: { type: "string", minLength: 1, maxLength: 255 },
    payload: {
      type: "object",
      additionalProperties: false,
      required: ["summary", "source", "severity"],
      properties: {
        summary: { type: "string", minLength: 1, maxLength: 1024 },
        source: { type: "string", minLength: 1 },
        severity: { enum: ["critical", "error", "warning", "info"] },
        timestamp: {
          type: "string",
          pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:?\\d{2})$",
        },
        component: { type: "string" },
        group: { type: "string" },
        class: { type: "string" },
        custom_details: { type: "object" },
      },
    },
    images: { type: "array" },
    links: { type: "array" },
    client: { type: "string" },
    client_url: { type: "string" },
  },
});
