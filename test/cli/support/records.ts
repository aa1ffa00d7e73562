import path from "node:path";
import type pg from "pg";
import type { Signed } from "../../../delivery/evidence/hand-over.ts";
import { checkpointFolder } from "../../../delivery/release/audit/checkpoint-folder.ts";
import type { Signer } from "../../../delivery/release/audit/note.ts";
import { fileSigner } from "../../../delivery/release/audit/signer.ts";
import { writeCheckpoint } from "../../../delivery/release/audit/write-checkpoint.ts";
import type { Deployment } from "../../../delivery/release/model.ts";
import type { Desk } from "../../../delivery/release/service/desk.ts";
import { change } from "../../../delivery/release/store/change.ts";
import { recordEvidence } from "../../../delivery/release/store/evidence.ts";
import { smallProcess } from "../../delivery/metrics/support/facts.ts";
import {
  ada,
  bundleOf,
  connectAs,
  deploy,
  releaseDatabase,
  process as version,
} from "../../delivery/release/store/support.ts";
import { testPostgres } from "../../support/postgres.ts";
import { temporaryFolder } from "./temporary.ts";

export const origin = "slipway/acme/shop/releases";

/** A database with three deployments, two of them to production, and a log of which some entries are signed. */
export class Records {
  readonly folder = temporaryFolder("slipway-audit-");
  readonly store = checkpointFolder(path.join(this.folder, "checkpoints"));
  readonly client: pg.Client;
  readonly admin: pg.Client;
  readonly signer: Signer;
  readonly deployments: readonly Deployment[];

  private constructor(client: pg.Client, admin: pg.Client, signer: Signer, deployments: readonly Deployment[]) {
    this.client = client;
    this.admin = admin;
    this.signer = signer;
    this.deployments = deployments;
  }

  static async make(): Promise<Records> {
    const { name } = await releaseDatabase();
    const client = await connectAs(name);
    const signer = await fileSigner(path.join(temporaryFolder(), "key"), origin);
    const deployments: Deployment[] = [];
    const [one, two] = [bundleOf("a"), bundleOf("b", ["backend"], "Hotfix")];
    deployments.push(await deploy(client, one, "staging", "passed"));
    await change(client, ada, (open) =>
      recordEvidence(open, "review", {
        bundle: one.digest,
        environment: "production",
        validation: "security-review",
        verdict: "passed",
        link: "https://reviews.example/1",
      }),
    );
    deployments.push(await deploy(client, one, "production", "passed"));
    deployments.push(await deploy(client, two, "production"));
    return new Records(client, await (await testPostgres()).connect(name), signer, deployments);
  }

  readonly desk = (): Desk => ({
    client: this.client,
    process: smallProcess,
    version,
    identity: ada,
    rolesOf: async () => ({}),
    irreversible: () => [],
    key: (what) => what,
    now: () => new Date().toISOString(),
    startedBy: "person",
  });

  sign() {
    return writeCheckpoint(this.client, { origin, signer: this.signer, store: this.store });
  }

  async signed(keys = [this.signer]): Promise<Signed> {
    return { origin, checkpoints: await this.store.list(), keys };
  }

  /** What a superuser can do to the log. */
  async tamper(sql: string): Promise<void> {
    const log = "ALTER TABLE release.audit_entry";
    await this.admin.query(`${log} DISABLE TRIGGER ALL`);
    await this.admin.query(sql);
    await this.admin.query(
      `${log} ENABLE TRIGGER ALL; ${log} ENABLE ALWAYS TRIGGER chain; ${log} ENABLE ALWAYS TRIGGER append_only`,
    );
  }

  async end(): Promise<void> {
    await Promise.all([this.client.end(), this.admin.end()]);
  }
}
