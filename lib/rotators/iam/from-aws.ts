/** An answer of the SDK's clients, or an error. */
interface Answer {
  readonly name?: string;
  readonly $metadata?: {
    readonly httpStatusCode?: number | undefined;
    readonly requestId?: string | undefined;
  };
}

/** Something between us and AWS answered, e.g. with a page: AWS gives each of its answers an id. */
export const isFromElsewhere = ({ $metadata }: Answer): boolean =>
  $metadata?.httpStatusCode !== undefined && $metadata.requestId === undefined;

/** What says nothing, though its status is 200. */
export class NotFromAws extends Error {
  override readonly name = "NotFromAws";
}

/**
 * What every answer of an operation has, by the API's reference. Without it the answer has another form: to read it as
 * "none" would show no keys, or a key that nobody has used.
 * @throws NotFromAws
 */
export function required<T>(member: T | undefined): T {
  if (member === undefined) throw new NotFromAws();
  return member;
}

/** Without this middleware, a page with status 200 would be an empty list of keys, or a key that works. */
export const onlyFromAws =
  <Input, Output extends { readonly output: Answer }>(next: (input: Input) => Promise<Output>) =>
  async (input: Input): Promise<Output> => {
    const result = await next(input);
    if (isFromElsewhere(result.output)) throw new NotFromAws();
    return result;
  };

/** Where in the SDK's stack it belongs: around everything, the SDK's own attempts included. */
export const around = { step: "initialize" } as const;
