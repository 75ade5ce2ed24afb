import { setFlagsFromString } from "node:v8";

/*
 * A step runs for a tenth of a second, mostly waiting. What V8 does for programs that compute for long costs it memory
 * alone: the optimizing compilers work outside the JavaScript heap and keep what they once took, the space for young
 * objects doubles up to 3 × 32 MB, and the old one doubles before it is cleared. Without all that, 300 rotations stay
 * below 90 MiB instead of 230, and take as much processor time (`npm run bench`, memory). V8 reads these settings
 * whenever it is about to compile or to grow, so that they may be set at run time; NODE_OPTIONS does not take the
 * compilers'.
 */
for (const flag of [
  "--no-turbofan",
  "--no-maglev",
  "--semi-space-growth-factor=1",
  "--optimize-for-size",
])
  setFlagsFromString(flag);
