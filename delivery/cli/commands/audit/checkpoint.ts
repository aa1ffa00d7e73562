import type { Command } from "commander";
import { formatVerifierKey } from "../../../release/audit/note.ts";
import { writeCheckpoint } from "../../../release/audit/write-checkpoint.ts";
import { printJson, printNote } from "../../terminal.ts";
import { atDesk, releaseCommand } from "../release/session.ts";
import { addKeepingOptions, type KeepingOptions, keepingOf, originOf, signerOf, storeOf } from "./keeping.ts";

/** Adds `audit checkpoint`. */
export function addCheckpoint(audit: Command): void {
  const command = releaseCommand(audit, "checkpoint", {
    summary:
      "Sign what the audit is now and keep that outside of the database: what was signed cannot be rewritten unseen. The audit is\nverified first; what does not verify is not signed.",
    example: "./slipway audit checkpoint --no-sandbox --bucket example-audit",
  });
  addKeepingOptions(command).action(async (options: KeepingOptions) => {
    const keeping = keepingOf(options, { bucket: true, secret: true });
    await atDesk(options, async ({ desk, github, sandbox }) => {
      const origin = originOf(github);
      const store = await storeOf(keeping, sandbox);
      if (store === undefined) throw new Error("Checkpoints are to be kept, and no bucket was asked for.");
      const signer = await signerOf(keeping, sandbox, origin);
      const key = formatVerifierKey(signer);
      const written = await writeCheckpoint(desk.client, { origin, signer, store, keys: keeping.trusted });
      if (options.json) return printJson({ ...written, written: written?.written ?? false, where: store.where, key });
      if (written === undefined) return printNote("the audit has no entries yet: there is nothing to sign");
      process.stdout.write(`${written.size} entries, root ${written.root}\nkey ${key}\n`);
      printNote(
        written.written
          ? `signed, and kept in ${store.where}; give the key to whoever verifies, on another way than this`
          : `all entries were signed before, in ${store.where}`,
      );
    });
  });
}
