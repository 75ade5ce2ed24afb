import { join } from "node:path";

/**
 * For the environment of a Node process that is started again and again, and killed: it keeps compiled code,
 * which halves the time of its start (nodejs.org/api/module.html, "Module compile cache"). A process that
 * does not live to its exit has to write by itself (`flushCompileCache` of `node:module`).
 */
export const compileCache = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, "../node_modules/.cache/quarterturn"),
} as const;
