/** By the name of an error, what it means. @param subject for messages, e.g. `the ElastiCache user app` */
export type AwsAnswers = readonly (readonly [name: RegExp, meaning: (subject: string) => Error])[];

/**
 * Tells a service's errors by their names alone: bundles have no classes of errors, and messages may echo the input.
 * @returns the meaning of an error that was thrown, or the error itself if it is not listed
 */
export const explaining =
  (answers: AwsAnswers) =>
  (thrown: unknown, subject: string): unknown => {
    if (!(thrown instanceof Error)) return thrown;
    const { name } = thrown;
    return answers.find(([pattern]) => pattern.test(name))?.[1](subject) ?? thrown;
  };
