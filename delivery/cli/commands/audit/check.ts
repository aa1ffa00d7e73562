import path from "node:path";
import { type Command, Option } from "commander";
import { UsageError } from "../../../errors.ts";
import { checkProofs, type ProofCheck } from "../../../evidence/check-proofs.ts";
import { checkSealedFolder, type FolderCheck } from "../../../evidence/sealed-folder.ts";
import { parseVerifierKey, type VerifierKey } from "../../../release/audit/note.ts";
import { printJson, printNote, styled } from "../../terminal.ts";

interface CheckOptions {
  readonly digest?: string;
  readonly key?: readonly string[];
  readonly json?: boolean;
}

/** What was found in an evidence folder; proofs only where keys were given and every file is whole. */
interface CheckedEvidence extends FolderCheck {
  readonly proofs?: Pick<ProofCheck, "entries" | "proven">;
}

/** Adds `audit check`. */
export function addCheck(audit: Command): void {
  audit
    .command("check")
    .summary("Check a folder that was exported: that nothing in it was changed, added or removed")
    .description(
      "Check a folder that was exported: that nothing in it was changed, added or removed, and with a key that the audit's entries in it are\nthose that were signed. Needs neither a database nor a login. Exit code 1 when anything is wrong.",
    )
    .argument("<folder>", "what `audit export` wrote")
    .option("--digest <hex>", "the digest that the folder should have, from the audit's entry of the export")
    .addOption(
      new Option("--key <line>", "a public key, as `audit checkpoint` prints it; may be repeated").argParser(
        (line: string, before: readonly string[] = []) => [...before, line],
      ),
    )
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  ./slipway audit check evidence-2026-q4 --digest <64 hex digits>")
    .action(async (folder: string, options: CheckOptions) => {
      const digest = digestOf(options.digest);
      const found = await checkEvidence(path.resolve(folder), (options.key ?? []).map(parseVerifierKey), digest);
      process.exitCode = found.problems.length > 0 ? 1 : 0;
      if (options.json) return printJson(found);
      process.stdout.write(`${checkText(found)}\n`);
      if (digest === undefined && found.problems.length === 0)
        printNote("compare the digest with the audit's: ./slipway audit list --subject export/<digest>");
    });
}

function digestOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const digest = text.replace(/^sha256:/, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digest)) return digest;
  throw new UsageError(`--digest is 64 hex digits, not "${text}".\n  The audit's entry of the export has it.`);
}

/** @param digest what the folder's should be, hex. @default not compared */
export async function checkEvidence(
  folder: string,
  keys: readonly VerifierKey[],
  digest?: string,
): Promise<CheckedEvidence> {
  const found = await checkSealedFolder(folder, digest);
  if (found.problems.length > 0 || keys.length === 0) return found;
  const { problems, ...proofs } = await checkProofs(folder, keys);
  return { ...found, problems, proofs };
}

function checkText({ digest, problems, proofs }: CheckedEvidence): string {
  const unproven = proofs === undefined ? 0 : proofs.entries - proofs.proven;
  return [
    ...(digest === undefined ? [] : [`digest ${digest}`]),
    ...(proofs === undefined
      ? []
      : [
          `${proofs.proven} of the audit's entries are proven${unproven > 0 ? `; ${unproven} are not: they came after the checkpoint` : ""}`,
        ]),
    ...problems.map((problem) => `${styled("red", "-")} ${problem}`),
    problems.length === 0
      ? styled("green", "nothing was tampered with")
      : styled("red", "this is NOT what was exported"),
  ].join("\n");
}
