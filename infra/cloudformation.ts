/** The part of CloudFormation's language that is used here. */
export type Value =
  | string
  | number
  | boolean
  | readonly Value[]
  | { readonly [key: string]: Value };

export interface Resource {
  readonly Type: string;
  readonly Properties: { readonly [key: string]: Value };
  readonly DependsOn?: readonly string[];
}

/** By logical id. */
export type Resources = Readonly<Record<string, Resource>>;

export const ref = (id: string): Value => ({ Ref: id });

export const sub = (text: string): Value => ({ "Fn::Sub": text });

/** Of this account and Region, as the text of an Fn::Sub. */
export const arn = (service: string, resource: string) =>
  `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`;

/** A logical id out of words: `rotate-database` is RotateDatabase. */
export const logicalId = (words: string) =>
  words.replace(/[^A-Za-z0-9]*([A-Za-z0-9])([A-Za-z0-9]*)/g, (_, first: string, rest: string) =>
    first.toUpperCase().concat(rest),
  );
