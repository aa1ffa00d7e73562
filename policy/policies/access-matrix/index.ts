import type { Rule } from "../../rule.ts";
import { declaredEnvironment } from "./declared-environment.ts";
import { liveShells } from "./live-shells.ts";
import { logLevel } from "./log-level.ts";
import { productionDataCopies } from "./production-data-copies.ts";
import { readOnlyPeople } from "./read-only-people.ts";
import { testData } from "./test-data.ts";
import { testTools } from "./test-tools.ts";

export const accessMatrix: readonly Rule[] = [
  productionDataCopies,
  readOnlyPeople,
  liveShells,
  testData,
  testTools,
  declaredEnvironment,
  logLevel,
];
