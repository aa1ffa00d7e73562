import { promotionLine } from "../process/promotion-line.ts";
import type { WorkflowFacts } from "./facts.ts";
import type { Step } from "./model.ts";
import { release } from "./release-access.ts";
import { runPage, script } from "./steps.ts";

/*
 * What workflows show, by the names that validations have in the processes of this repository. A process names validations as it
 * likes; one that is not here is shown by other means (`./slipway release evidence`), and the gate waits for it.
 */
const shown = {
  /** `./slipway test` has passed (every test, those of migrations and of their way back among them); images are built and scanned. */
  delivery: [
    ...["automated-tests-pass", "unit-tests", "integration-tests", "e2e-tests"],
    ...["migration-tests", "database-migrations", "rollback-test"],
    ...["build-success", "security-scan"],
  ],
  /** `./slipway release verify`: every copy runs the bundle's images, the schema is the bundle's, the hosts answer. */
  verification: ["smoke-tests", "api-endpoints-responding", "database-migrations-successful"],
  /** The notes stand in the changelog and in GitHub's release. */
  publication: ["release-notes-published"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Where a step that records finds its bundle: in an expression, or by a line of its script that sets BUNDLE. */
type BundleSource = { readonly expression: string } | { readonly line: string };

/**
 * Records what a run has shown of the validations that environments ask for: without it their gates would wait for ever. None where
 * there is nothing to record, or no command to do it.
 */
export function evidenceSteps(
  { commands, process }: WorkflowFacts,
  by: keyof typeof shown,
  bundle: BundleSource,
  environments: readonly string[] = promotionLine(process),
): Step[] {
  const lines = environments.flatMap((environment) => {
    const names = wanted(process, environment).filter((name) => (shown[by] as readonly string[]).includes(name));
    const options = names.map((name) => `--validation ${name}`).join(" ");
    return names.length === 0
      ? []
      : [release("evidence", '"$BUNDLE"', `--environment ${environment}`, options, '--verdict passed --link "$LINK"')];
  });
  if (!commands.has("release evidence") || lines.length === 0) return [];
  return [
    {
      name: "Record what was shown",
      env: { LINK: runPage, ...("expression" in bundle && { BUNDLE: bundle.expression }) },
      run: script(...("line" in bundle ? [bundle.line] : []), ...lines),
    },
  ];
}

/** The validations that an environment asks a workflow for, whatever is deployed there. */
function wanted({ environments, validations }: WorkflowFacts["process"], environment: string): string[] {
  const { deployableValidations = {}, validations: always = [] } = environments[environment] ?? {};
  const all = new Set([...always, ...Object.values(deployableValidations).flat()]);
  return [...all].filter((name) => validations[name]?.by === "workflow");
}
