import { asRotationError, type RotationError } from "../errors.ts";

/** The answer, or why there is none: "no" is an answer, "cannot tell" is not. */
export type Asked<T> = { readonly known: T } | { readonly unknown: RotationError };

/** A question that may be put to a server. What it throws is the reason why there is no answer. */
export type Ask = <T>(
  question: (signal: AbortSignal) => Promise<T>,
  /** In milliseconds: all its requests and logins included. */
  patience?: number,
) => Promise<Asked<T>>;

/** Each question has its own time, and none more than the signal leaves. */
export function asker(signal: AbortSignal): Ask {
  return async (question, patience = 20_000) => {
    try {
      return { known: await question(AbortSignal.any([signal, AbortSignal.timeout(patience)])) };
    } catch (error) {
      return { unknown: asRotationError(error) };
    }
  };
}
