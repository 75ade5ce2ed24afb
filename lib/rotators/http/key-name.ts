import type { Preset } from "./schema.ts";

/** A name of ours as the provider takes it: some take no hyphens. */
export const theirName = ({ name: form }: Preset, name: string | undefined): string | undefined =>
  name?.replaceAll("-", form?.separator ?? "-");

/** A name of the provider's as we have made it. */
export const ourName = ({ name: form }: Preset, name: string | undefined): string | undefined =>
  form?.separator === undefined ? name : name?.replaceAll(form.separator, "-");
