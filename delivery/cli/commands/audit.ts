import type { Command } from "commander";
import { addCheck } from "./audit/check.ts";
import { addCheckpoint } from "./audit/checkpoint.ts";
import { addExport } from "./audit/export.ts";
import { addList } from "./audit/list.ts";
import { addVerify } from "./audit/verify.ts";

/** Adds `audit`. */
export function addAuditCommand(program: Command): void {
  const audit = program
    .command("audit")
    .summary("the record of releases: verify it, sign it, export evidence for an auditor, check what was exported")
    .description(
      "The audit: every change of release state as a chain of entries, each with the hash of the one before. It is verified, signed and kept\noutside of the database, and evidence of deployments is made from it.",
    );
  addVerify(audit);
  addCheckpoint(audit);
  addList(audit);
  addExport(audit);
  addCheck(audit);
}
