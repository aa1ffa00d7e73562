import type { Check } from "./verify-context.ts";
import { goLiveChecks, postChecks } from "./verify-post-checks.ts";
import { preChecks } from "./verify-pre-checks.ts";

/** The source's checklists as checks that a program answers, in the order in which they are shown. */
export const verifyChecks: readonly Check[] = [...preChecks, ...postChecks, ...goLiveChecks];
