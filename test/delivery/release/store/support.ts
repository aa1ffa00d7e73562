import type pg from "pg";
import { up } from "../../../../delivery/database/migrator.ts";
import { bundleDigest } from "../../../../delivery/release/bundle.ts";
import type { GateAnswer, GateFacts } from "../../../../delivery/release/gate-model.ts";
import type { Bundle, Deployment, ProcessVersion } from "../../../../delivery/release/model.ts";
import { createBundle } from "../../../../delivery/release/store/bundles.ts";
import { type Change, change, type Identity } from "../../../../delivery/release/store/change.ts";
import { finishDeployment, recordVerdict, startDeployment } from "../../../../delivery/release/store/deployments.ts";
import type { FactInputs } from "../../../../delivery/release/store/facts.ts";
import { storeMigrations, storeRoles } from "../../../../delivery/release/store/make.ts";
import { createPromotion, type PromotionRequest } from "../../../../delivery/release/store/promotions.ts";
import { copiesOf } from "../../../support/migrated.ts";
import { testPostgres } from "../../../support/postgres.ts";

/** The group roles of the release database, which belong to the server. */
async function makeStoreRoles(): Promise<void> {
  const server = await testPostgres();
  for (const role of storeRoles)
    await server.query(
      "postgres",
      `DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
}

/** A release database of its own, with its schema and nothing in it. */
export const releaseDatabase = copiesOf(async ({ name, owner }) => {
  await makeStoreRoles();
  const { environment } = await testPostgres();
  await up({ kind: "environment", database: name, user: owner }, storeMigrations(), { environment });
});

/** A session with the rights of a role. @param role @default slipway_release, as the commands have them */
export async function connectAs(database: string, role = "slipway_release"): Promise<pg.Client> {
  const client = await (await testPostgres()).connect(database);
  await client.query(`SET ROLE ${role}`);
  return client;
}

export const process: ProcessVersion = { version: 1, digest: `sha256:${"0".repeat(64)}` };

export function identity(login: string): Identity {
  return { actor: `github:${login}`, source: "sandbox", proof: login };
}

export const ada = identity("ada");

/** @param letter a hex digit that tells bundles apart */
export function bundleOf(letter: string, deployables: readonly string[] = ["backend"], title = "Release"): Bundle {
  const content = {
    title,
    version: "1.2.3",
    deployables: Object.fromEntries(
      deployables.map((name) => [
        name,
        { commit: letter.repeat(40), version: "1.2.3", image: `sha256:${letter.repeat(64)}` },
      ]),
    ),
    features: ["new-search"],
    changelog: "- Søk 🔎",
  };
  return { digest: bundleDigest(content), ...content, createdBy: "github:ada", createdAt: "2026-11-30T15:00:00.000Z" };
}

/** Records the bundle, and asks for it in an environment. */
export async function promote(
  at: Change,
  bundle: Bundle,
  environment: string,
  more: Partial<PromotionRequest> = {},
): Promise<number> {
  const { digest } = await createBundle(at, bundle);
  const key = `${digest} to ${environment} ${keys++}`;
  const request = { bundle: digest, environment, kind: "normal", process, changed: ["backend"], ...more } as const;
  return (await createPromotion(at, key, request)).id;
}

let keys = 0;

export const inputs: FactInputs = {
  now: "2026-11-30T15:00:00.000Z",
  process,
  roles: {},
  startedBy: "person",
};

/** A gate that always says the same. */
export function always(verdict: GateAnswer["verdict"]): (facts: GateFacts) => GateAnswer {
  return () => ({ verdict, obstacles: [], approvals: [], validations: [] });
}

/** Deploys a bundle with success and, if one is given, records the verdict. */
export async function deploy(
  client: pg.ClientBase,
  bundle: Bundle,
  environment: string,
  verdict?: Deployment["verdict"],
  more: Partial<PromotionRequest> = {},
): Promise<Deployment> {
  return change(client, ada, async (at) => {
    const id = await promote(at, bundle, environment, more);
    const { deployment } = await startDeployment(at, id, inputs, always("open"));
    if (deployment === undefined) throw new Error("it did not start");
    const finished = await finishDeployment(at, deployment.id, { outcome: "succeeded" });
    return verdict === undefined ? finished : recordVerdict(at, deployment.id, verdict);
  });
}
