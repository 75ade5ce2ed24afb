import { leakSuite } from "./leak-suite.ts";

leakSuite("alternating-users");
