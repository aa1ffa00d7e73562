import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { verifyInclusion } from "../release/audit/inclusion.ts";
import type { VerifierKey } from "../release/audit/note.ts";
import { indexName, readIndex } from "./sealed-files.ts";

/** What came of a folder's proofs. */
export interface ProofCheck {
  /** How many entries of the audit the manifests name. */
  readonly entries: number;
  /** For how many of them a proof lies there that holds. */
  readonly proven: number;
  /** What is wrong, each a sentence. */
  readonly problems: readonly string[];
}

const manifestName = "manifest.json";

const manifestSchema = z.object({
  audit: z.object({
    entries: z.array(z.object({ seq: z.int(), hash: z.string() })),
    inclusion: z.record(z.string(), z.unknown()),
  }),
});
const provenEntry = z.object({ entry: z.object({ seq: z.string(), hash: z.string() }) });

/**
 * Verifies the proofs of a folder that `checkSealedFolder` found whole: that each entry of the audit says what it said when a checkpoint was
 * signed by one of the keys. Entries that came after the checkpoint have none.
 */
export async function checkProofs(folder: string, keys: readonly VerifierKey[]): Promise<ProofCheck> {
  const index = readIndex(await readFile(path.join(folder, indexName), "utf8")) ?? [];
  const manifests = index.map((file) => file.path).filter((name) => path.posix.basename(name) === manifestName);
  const checks = await Promise.all(manifests.map((name) => checkManifest(folder, name, keys)));
  return {
    entries: checks.reduce((sum, one) => sum + one.entries, 0),
    proven: checks.reduce((sum, one) => sum + one.proven, 0),
    problems: checks.flatMap(({ problems }) => problems),
  };
}

async function checkManifest(folder: string, name: string, keys: readonly VerifierKey[]): Promise<ProofCheck> {
  const manifest = parse(await readFile(path.join(folder, ...name.split("/")), "utf8"));
  if (manifest === undefined) return { entries: 0, proven: 0, problems: [`${name} is no manifest of evidence.`] };
  const { entries, inclusion } = manifest.audit;
  const problems: string[] = [];
  let proven = 0;
  for (const { hash, seq } of entries) {
    const proof = inclusion[String(seq)];
    if (proof === undefined) continue;
    const said = provenEntry.safeParse(proof).data?.entry;
    const problem =
      said?.seq === String(seq) && said.hash === hash ? verifyInclusion(proof, keys) : `its proof is of another entry`;
    if (problem === undefined) proven++;
    else problems.push(`${name}: entry ${seq} is not proven: ${problem}.`);
  }
  return { entries: entries.length, proven, problems };
}

function parse(text: string): z.infer<typeof manifestSchema> | undefined {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
