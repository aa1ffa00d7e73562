import assert from "node:assert/strict";
import type { Report } from "../../../policy/report/model.ts";
import { expectCode } from "./checkout.ts";
import type { StackContext } from "./stack-context.ts";

/** Judges a stack from its state, as `policy check` does: nothing may fail, and nothing may be left unjudged. */
export async function assertCompliant(context: StackContext<unknown>, stack: string): Promise<void> {
  const outcome = await context.checkout.run(["policy", "check", "--stack", stack, "--json"]);
  const { compliant, counts, results } = JSON.parse(outcome.stdout) as Report;
  assert.deepEqual(
    results
      .filter(({ verdict }) => verdict !== "passed" && verdict !== "exempt")
      .map(({ findings, policy, reason, resource, verdict }) =>
        [policy, resource.name, verdict, reason ?? "", ...findings.map(({ text }) => text)].join(" "),
      ),
    [],
  );
  assert.ok(compliant);
  assert.ok(counts.passed > 1000, `${counts.passed} judgements`);
  expectCode(outcome, 0);
}
