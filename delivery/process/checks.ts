import { approvalProblems } from "./checks-approvals.ts";
import { calendarProblems } from "./checks-calendar.ts";
import { lineProblems } from "./checks-line.ts";
import { referenceProblems } from "./checks-references.ts";
import { responseProblems } from "./checks-response.ts";
import type { ProcessProblem } from "./problem.ts";
import type { Process } from "./schema.ts";

/**
 * What a process says that cannot work, although each of its keys is well-formed: names that are not declared, environments that
 * no bundle reaches, approvals that nobody can give. Whether teams have people enough is asked by `member-problems.ts`.
 */
export function processProblems(process: Process): ProcessProblem[] {
  return [
    ...(Object.keys(process.deployables).length > 0
      ? []
      : [{ keys: ["deployables"], what: "has none, so that there is nothing to release. Declare one." }]),
    ...referenceProblems(process),
    ...lineProblems(process),
    ...approvalProblems(process),
    ...calendarProblems(process),
    ...responseProblems(process),
  ];
}
