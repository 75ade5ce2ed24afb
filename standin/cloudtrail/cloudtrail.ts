import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operationsOf } from "../checked-operation.ts";

/** An operation that refuses invalid input. */
const operation = operationsOf(
  ({ path, rule }) =>
    new AwsError(
      "InvalidParameterCombinationException",
      `The parameter ${path} is invalid: ${rule}`,
    ),
);

interface Trail {
  readonly arn: string;
  readonly name: string;
  readonly bucket: string;
  readonly isMultiRegion: boolean;
  isLogging: boolean;
  selectors: object;
}

/** "By default, trails … log all read and write management events, and no data events" (EventSelector). */
const defaultSelectors = {
  EventSelectors: [
    {
      ReadWriteType: "All",
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    },
  ],
};

const texts = z.array(z.string()).optional();
const selectorFields = {
  EventSelectors: z
    .array(
      z.object({
        ReadWriteType: z.enum(["All", "ReadOnly", "WriteOnly"]).optional(),
        IncludeManagementEvents: z.boolean().optional(),
        ExcludeManagementEventSources: texts,
      }),
    )
    .max(5)
    .optional(),
  AdvancedEventSelectors: z
    .array(
      z.object({
        Name: z.string().max(1000).optional(),
        FieldSelectors: z
          .array(
            z.object({
              Field: z.string().min(1),
              Equals: texts,
              StartsWith: texts,
              EndsWith: texts,
              NotEquals: texts,
              NotStartsWith: texts,
              NotEndsWith: texts,
            }),
          )
          .min(1),
      }),
    )
    .optional(),
};

/**
 * AWS CloudTrail, in memory: which trails there are and whether they record management events
 * (test: cloudtrail.contract). Nothing is recorded. Trails are created in this Region.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html
 */
export function cloudTrail(account: { region: string; accountId: string }): Operations {
  const trails = new Map<string, Trail>();
  const find = (nameOrArn: string) => {
    const trail = trails.get(nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1));
    if (trail) return trail;
    const message = `Unknown trail: ${nameOrArn} for the user: ${account.accountId}`;
    throw new AwsError("TrailNotFoundException", message);
  };
  const logging = (isLogging: boolean) =>
    operation(z.object({ Name: z.string() }), ({ Name }) => {
      find(Name).isLogging = isLogging;
      return {};
    });
  return {
    /** A trail does not log before StartLogging. */
    CreateTrail: operation(
      z.object({
        Name: z.string().regex(/^[a-zA-Z0-9][\w.-]{2,127}$/),
        S3BucketName: z.string().min(3),
        IsMultiRegionTrail: z.boolean().optional(),
      }),
      ({ Name: name, S3BucketName: bucket, IsMultiRegionTrail: isMultiRegion = false }) => {
        if (trails.has(name))
          throw new AwsError("TrailAlreadyExistsException", `Trail ${name} already exists`);
        const arn = `arn:aws:cloudtrail:${account.region}:${account.accountId}:trail/${name}`;
        const trail = { arn, name, bucket, isMultiRegion };
        trails.set(name, { ...trail, isLogging: false, selectors: defaultSelectors });
        return shown(trail);
      },
    ),
    StartLogging: logging(true),
    StopLogging: logging(false),
    PutEventSelectors: operation(
      z.object({ TrailName: z.string(), ...selectorFields }),
      ({ TrailName, ...selectors }) => {
        const given = Object.values(selectors).filter((each) => each !== undefined);
        if (given.length !== 1)
          throw new AwsError(
            "InvalidEventSelectorsException",
            "You cannot apply both event selectors and advanced event selectors to a trail.",
          );
        const trail = find(TrailName);
        trail.selectors = selectors;
        return { TrailARN: trail.arn, ...selectors };
      },
    ),
    GetEventSelectors: operation(z.object({ TrailName: z.string() }), ({ TrailName }) => {
      const { arn, selectors } = find(TrailName);
      return { TrailARN: arn, ...selectors };
    }),
    GetTrailStatus: operation(z.object({ Name: z.string() }), ({ Name }) => {
      return { IsLogging: find(Name).isLogging };
    }),
    DescribeTrails: operation(
      z.object({ trailNameList: texts, includeShadowTrails: z.boolean().optional() }),
      ({ trailNameList = [] }) => {
        const named = (trail: Trail) =>
          trailNameList.length === 0 || trailNameList.some((each) => find(each) === trail);
        const trailList = [...trails.values()].filter(named);
        return {
          trailList: trailList.map((trail) => ({
            ...shown(trail),
            HomeRegion: account.region,
            HasCustomEventSelectors: trail.selectors !== defaultSelectors,
            IsOrganizationTrail: false,
          })),
        };
      },
    ),
  };
}

function shown(trail: Pick<Trail, "arn" | "name" | "bucket" | "isMultiRegion">) {
  return {
    Name: trail.name,
    S3BucketName: trail.bucket,
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: trail.isMultiRegion,
    TrailARN: trail.arn,
    LogFileValidationEnabled: false,
  };
}
