import { z } from "zod";

const references = z.array(z.object({ name: z.string().min(1), valueFrom: z.string().min(1) }));
const environment = z.array(z.object({ name: z.string().min(1), value: z.string() }));

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html, in seconds; the
 * stand-in allows fractions and shorter times than AWS.
 */
const healthCheck = z.object({
  command: z.tuple([z.enum(["CMD", "CMD-SHELL"])], z.string()),
  interval: z.number().positive().max(300).optional(),
  timeout: z.number().positive().max(60).optional(),
  retries: z.int().min(1).max(10).optional(),
  startPeriod: z.number().min(0).max(300).optional(),
});

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html: the
 * members that the stand-in uses are checked, all others are kept. A container is a process started with
 * `entryPoint` and `command`; `image` is ignored.
 */
export const containerDefinition = z.looseObject({
  name: z.string().regex(/^[\w-]{1,255}$/),
  image: z.string().min(1),
  essential: z.boolean().default(true),
  entryPoint: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  environment: environment.default([]),
  secrets: references.optional(),
  healthCheck: healthCheck.optional(),
  /** Seconds; fractions are allowed here. */
  stopTimeout: z.number().min(0).max(120).optional(),
  logConfiguration: z
    .looseObject({ logDriver: z.string(), secretOptions: references.optional() })
    .optional(),
  repositoryCredentials: z.object({ credentialsParameter: z.string().min(1) }).optional(),
});

export type ContainerDefinition = z.infer<typeof containerDefinition>;
export type HealthCheck = z.infer<typeof healthCheck>;

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html */
export const containerOverride = z.object({
  name: z.string(),
  command: z.array(z.string()).optional(),
  environment: environment.optional(),
});

export type ContainerOverride = z.infer<typeof containerOverride>;
