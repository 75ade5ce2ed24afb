import { ProviderBusy } from "../key/errors.ts";
import type { Access } from "../key/provider.ts";

/** AWS does not say for how long. In milliseconds. */
export const whenThrottled = 2000;

const attempts = 3;

/** AWS has refused a call for its rate, without any effect (IAM and AWS STS API reference, "Common errors"). */
export const isThrottled = (thrown: unknown): boolean =>
  thrown instanceof Error && /Throttl|TooManyRequests|RequestLimit/.test(thrown.name);

/** For a call that the SDK's client does not repeat. @throws ProviderBusy */
export async function patiently<T>(
  { sleep }: Pick<Access, "sleep">,
  call: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ProviderBusy) || attempt === attempts) throw error;
      await sleep(whenThrottled);
    }
}
