import { join } from "node:path";

/**
 * Environment of Node processes that start often: they keep their compiled code on disk, which halves the
 * time that they take to start (nodejs.org/api/module.html, "Module compile cache"). A process that may be
 * killed must call `flushCompileCache` of `node:module`.
 */
export const compileCache = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, "../node_modules/.cache/quarterturn"),
} as const;
