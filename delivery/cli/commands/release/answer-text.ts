import type { GateAnswer } from "../../../release/gate-model.ts";
import type { Bundle, Promotion } from "../../../release/model.ts";
import { styled } from "../../terminal.ts";

const verdictWords = {
  open: ["green", "open"],
  waiting: ["yellow", "not now"],
  refused: ["red", "refused"],
} as const;

/** The exit code that says what a gate says: 0 open, 3 not now, 1 never. */
export const gateExitCodes = { open: 0, waiting: 3, refused: 1 } as const;

/** What a promotion is, in a line. */
export function promotionLine(
  { environment, id, kind, rollback }: Promotion,
  { version }: Pick<Bundle, "version">,
): string {
  return `promotion ${id}: ${rollback ? "back to " : ""}${version} to ${environment}${kind === "normal" ? "" : `, ${kind}`}`;
}

/** The gate's answer as people read it: what is missing, by whom it can be given, and when it opens. */
export function answerText(answer: GateAnswer): string {
  const [style, word] = verdictWords[answer.verdict];
  const lines = [`gate: ${styled(style, word)}`];
  const shown = answer.obstacles.filter(({ kind }) => kind !== "validation");
  for (const { what, remedy, until } of shown) {
    lines.push(`  ${styled("bold", "-")} ${what}${until === undefined ? "" : ` (until ${until})`}`, `    ${remedy}`);
  }
  lines.push(...validationLines(answer));
  for (const { actor, role } of answer.approvals)
    if (actor !== undefined) lines.push(`  ${styled("green", "+")} ${role}: approved by ${actor}`);
  if (answer.opensAt !== undefined) lines.push(`  opens next: ${answer.opensAt}`);
  if (answer.closesAt !== undefined) lines.push(`  closes: ${answer.closesAt}`);
  return lines.join("\n");
}

/** A production asks for some thirty: one line for all that nobody has shown yet, and one for each that failed. */
function validationLines({ obstacles, validations }: GateAnswer): string[] {
  const open = obstacles.filter(({ kind }) => kind === "validation");
  if (open.length === 0) return [];
  const missing = validations.filter(({ evidence }) => evidence === undefined).map(({ validation }) => validation);
  const failed = validations.flatMap(({ evidence }) => (evidence?.verdict === "failed" ? [evidence] : []));
  const bullet = styled("bold", "-");
  return [
    ...failed.map(({ link, validation }) => `  ${bullet} ${validation} failed: ${link}`),
    ...(missing.length > 0
      ? [
          `  ${bullet} Not shown yet: ${missing.join(", ")}.`,
          "    Workflows and people record what they have shown: ./slipway release evidence.",
        ]
      : []),
  ];
}
