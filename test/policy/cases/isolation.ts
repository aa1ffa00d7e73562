import type { Cases } from "../support/cases.ts";
import { dataIsolationCases } from "./isolation-data.ts";
import { environmentIsolationCases } from "./isolation-environments.ts";
import { taskIsolationCases } from "./isolation-tasks.ts";

export const isolationCases: Cases = { ...environmentIsolationCases, ...dataIsolationCases, ...taskIsolationCases };
