import type { ConsumerScope } from "../manifest/manifest.ts";
import type { ScopeKey } from "../manifest/scope.ts";

/** What a type of consumers brings to rotation.yml and to a deployment. */
export interface ConsumerBuildType {
  /** Its keys of rotation.yml. */
  readonly scopeKeys: Readonly<Record<string, ScopeKey>>;

  /**
   * What settlement and the emergency function may call to find its consumers.
   * @param arn makes the ARN of a resource of the deployment's account and Region, e.g. of `ecs` and `service/*`
   */
  findGrants(arn: (service: string, resource: string) => string): readonly Grant[];

  /**
   * What settlement may call to roll them.
   * @param scopes of all secrets of the manifest
   * @param arn as for `findGrants`
   */
  rollGrants(
    scopes: readonly ConsumerScope[],
    arn: (service: string, resource: string) => string,
  ): readonly Grant[];

  /** Patterns of the EventBridge events that mean a consumer may have moved on, by the name of their rule. */
  readonly events: Readonly<Record<string, EventPattern>>;

  /** What the ARNs of the resources begin with whose events matter. */
  eventResources(
    scopes: readonly ConsumerScope[],
    arn: (service: string, resource: string) => string,
  ): readonly string[];
}

interface Grant {
  readonly actions: readonly string[];
  /** ARNs. */
  readonly resources: readonly string[];
  /** By operator and key of IAM. */
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Why a `*` stands in its resources. */
  readonly why?: string;
}

interface EventPattern {
  readonly source: readonly string[];
  readonly "detail-type": readonly string[];
  readonly detail?: Readonly<Record<string, readonly string[]>>;
}
