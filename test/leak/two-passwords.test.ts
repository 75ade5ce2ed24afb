import { leakSuite } from "./leak-suite.ts";

leakSuite("two-passwords");
