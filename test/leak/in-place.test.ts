import { leakSuite } from "./leak-suite.ts";

leakSuite("in-place");
