import type { WorkflowFacts } from "./facts.ts";
import type { Step } from "./model.ts";
import { release } from "./release-access.ts";
import { runPage, script } from "./steps.ts";

/**
 * Validations that a delivery shows by having come so far: `./slipway test` has passed (every test, those of migrations and of their
 * way back among them), images are built and scanned. Processes name validations as they like; others are shown by other means.
 */
const shownByDelivery: ReadonlySet<string> = new Set([
  ...["automated-tests-pass", "unit-tests", "integration-tests", "e2e-tests"],
  ...["migration-tests", "database-migrations", "rollback-test"],
  ...["build-success", "security-scan"],
]);

/**
 * Records what this run has shown of the validations that an environment asks for: without it the gate would wait for ever. None
 * where there is nothing to record, or no command to do it.
 */
export function evidenceSteps({ commands, process }: WorkflowFacts, environment: string): Step[] {
  const { deployableValidations = {}, validations = [] } = process.environments[environment] ?? {};
  const shown = [...new Set([...validations, ...Object.values(deployableValidations).flat()])].filter(
    (name) => process.validations[name]?.by === "workflow" && shownByDelivery.has(name),
  );
  if (!commands.has("release evidence") || shown.length === 0) return [];
  return [
    {
      name: "Record what this run has shown",
      env: { BUNDLE: "${{ needs.bundle.outputs.bundle }}", LINK: runPage },
      run: script(
        `validations=(${shown.map((name) => `--validation ${name}`).join(" ")})`,
        release(
          "evidence",
          '"$BUNDLE"',
          `--environment ${environment}`,
          '"${validations[@]}" --verdict passed --link "$LINK"',
        ),
      ),
    },
  ];
}
