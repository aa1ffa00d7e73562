import { existsSync } from "node:fs";
import { UserError } from "../errors.ts";
import type { StoredCheckpoint } from "../release/audit/checkpoint.ts";
import { inclusionProofs, newestCheckpoint } from "../release/audit/inclusions.ts";
import type { VerifierKey } from "../release/audit/note.ts";
import { verifyAudit } from "../release/audit/verify.ts";
import type { Desk } from "../release/service/desk.ts";
import { change } from "../release/store/change.ts";
import { recordNote } from "../release/store/note.ts";
import { planExport } from "./export.ts";
import type { EvidenceFacts, Seal } from "./facts.ts";
import { loadEvidence, type Wanted } from "./load.ts";
import { observedUpdates, type StackHistory } from "./observed-updates.ts";
import { type EvidencePlan, planEvidence } from "./plan.ts";
import type { Gap } from "./reconciliation.ts";
import type { SealedFiles } from "./sealed-files.ts";
import { writeSealedFolder } from "./sealed-folder.ts";

/** What was signed of the audit, and whose signature counts. */
export interface Signed {
  readonly origin: string;
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly keys: readonly VerifierKey[];
}

/** What was handed over. */
export interface HandedOver {
  readonly folder: string;
  /** SHA-256 of the folder's index, hex, as the audit has it. */
  readonly digest: string;
  /** The audit's entry of the export. */
  readonly entry: number;
  readonly evidence: readonly EvidencePlan[];
  /** What does not add up; of a single deployment nothing is held against anything. */
  readonly gaps: readonly Gap[];
  /** How many entries the checkpoint covers that proofs lead to; absent where there is none. */
  readonly provenUnder?: number;
  /** What is wrong with the audit, a sentence without its full stop. Then nothing is proved. */
  readonly fault?: string;
}

/**
 * Writes the evidence of a period or of one deployment into a folder, sealed, and notes in the audit that it was handed over, with the
 * folder's digest. The note comes first: no evidence lies about that the audit does not know.
 *
 * @param folder is made
 * @param more what the state's history says was done, which is held against the deployments; and files that are sealed with the rest
 * @throws UserError when there is no such deployment, or something lies in the folder
 */
export async function handOver(
  desk: Desk,
  wanted: Wanted,
  folder: string,
  signed: Signed,
  more: { readonly history?: StackHistory | undefined; readonly files?: ReadonlyMap<string, string> } = {},
): Promise<HandedOver> {
  const { client, identity, now, process, version } = desk;
  if (existsSync(folder))
    throw new UserError(
      `${folder} is there already.\n  Name another folder; what was handed to an auditor is not overwritten.`,
    );
  const { fault } = await verifyAudit(client, signed);
  const loaded = await loadEvidence(client, process, wanted);
  const checkpoint = fault === undefined ? newestCheckpoint(signed.checkpoints, signed.origin, signed.keys) : undefined;
  const proofs =
    checkpoint && (await inclusionProofs(client, new Set(loaded.facts.audit.map(({ seq }) => seq)), checkpoint));
  const seal: Seal = {
    exportedAt: now(),
    ...(loaded.auditHead && { auditHead: loaded.auditHead }),
    ...(checkpoint && { checkpoint: checkpoint.note }),
    ...(proofs && { inclusion: Object.fromEntries(proofs) }),
  };
  const { files = new Map(), history } = more;
  const observed = history && observedUpdates(history, loaded.facts.deployments);
  const facts = { ...loaded.facts, ...(observed && { observed }) };
  const { evidence, gaps, sealed } = plan({ process, version }, facts, wanted, seal, files);
  const entry = await change(client, identity, (open) =>
    recordNote(open, "audit.exported", `export/${sealed.digest}`, {
      ...wanted,
      deployments: evidence.map(({ deployment }) => deployment),
      digest: sealed.digest,
      ...(fault && { fault: fault.what }),
    }),
  );
  await writeSealedFolder(folder, sealed);
  return {
    folder,
    digest: sealed.digest,
    entry,
    evidence,
    gaps,
    ...(checkpoint && { provenUnder: checkpoint.size }),
    ...(fault && { fault: fault.what }),
  };
}

function plan(
  rules: Pick<Desk, "process" | "version">,
  facts: EvidenceFacts,
  wanted: Wanted,
  seal: Seal,
  files: ReadonlyMap<string, string>,
): { readonly evidence: readonly EvidencePlan[]; readonly gaps: readonly Gap[]; readonly sealed: SealedFiles } {
  if ("period" in wanted) return planExport(rules, facts, wanted.period, seal, files);
  const one = planEvidence(rules, facts, wanted.deployment, seal);
  return { evidence: [one], gaps: [], sealed: one.sealed };
}
