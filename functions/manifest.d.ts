/** rotation.yml, checked and completed by the build (build/manifest-plugin.ts). */
declare module "*/rotation.yml" {
  import type { Manifest } from "../lib/manifest/manifest.ts";

  const manifest: Manifest;
  export default manifest;
}
