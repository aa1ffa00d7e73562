import type pg from "pg";
import { readProcess } from "../../../../delivery/process/read.ts";
import { requiredValidations } from "../../../../delivery/process/requirements.ts";
import type { Bundle } from "../../../../delivery/release/model.ts";
import type { Desk } from "../../../../delivery/release/service/desk.ts";
import { createBundle } from "../../../../delivery/release/store/bundles.ts";
import { change } from "../../../../delivery/release/store/change.ts";
import { recordEvidence } from "../../../../delivery/release/store/evidence.ts";
import { bundleOf, identity } from "../store/support.ts";

/** A Monday afternoon in New York, when a window is open. */
const workingHours = "2026-11-16T18:00:00.000Z";

/** Who holds which role; each role has two people, and grace holds two. */
const holders: Readonly<Record<string, readonly string[]>> = {
  "qa-lead": ["fatima", "noah"],
  "tech-lead": ["mei", "grace"],
  cto: ["elena", "grace"],
  "product-owner": ["ingrid", "rafael"],
  "release-manager": ["yuki", "hannah"],
  "on-call": ["marcus", "viktor"],
};

/** A desk with the default process, at which somebody acts. */
export function deskOf(client: pg.Client, login: string, more: Partial<Desk> = {}): Desk {
  const { process, version } = readProcess();
  let calls = 0;
  return {
    client,
    process,
    version,
    identity: identity(login),
    rolesOf: async (roles, actors) =>
      Object.fromEntries(
        actors.map((actor) => [actor, roles.filter((role) => holders[role]?.some((one) => actor === `github:${one}`))]),
      ),
    irreversible: () => [],
    key: (what) => `${login} ${calls++} ${what}`,
    now: () => workingHours,
    startedBy: "person",
    ...more,
  };
}

/** A bundle of the backend alone, recorded, with all that an environment wants to be shown of it. */
export async function recordedBundle(
  { client, identity: who, process }: Desk,
  letter: string,
  environments: readonly string[],
): Promise<Bundle> {
  const bundle = await change(client, who, (open) => createBundle(open, bundleOf(letter, ["backend"])));
  for (const environment of environments)
    for (const validation of requiredValidations(process, environment, ["backend"]))
      await change(client, who, (open) =>
        recordEvidence(open, `${letter} ${environment} ${validation}`, {
          bundle: bundle.digest,
          environment,
          validation,
          verdict: "passed",
          link: "https://ci.example/run/1",
        }),
      );
  return bundle;
}
