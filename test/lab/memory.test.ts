import { MemoryInProcess } from "../../lab/memory.ts";
import { problemMemoryContract } from "../contracts/problem-memory.ts";

problemMemoryContract(() => new MemoryInProcess());
