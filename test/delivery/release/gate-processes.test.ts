import assert from "node:assert/strict";
import { promotionLine } from "../../../delivery/process/promotion-line.ts";
import { readProcess } from "../../../delivery/process/read.ts";
import { requiredRoles, requiredValidations } from "../../../delivery/process/requirements.ts";
import { gate } from "../../../delivery/release/gate.ts";
import type { GateFacts } from "../../../delivery/release/gate-model.ts";
import { decision, deployable, deployment, evidence, open, promotion } from "./fixture.ts";

/** A Tuesday in a window of both processes, without a blackout. */
const now = "2026-12-01T16:00:00.000Z";

for (const file of ["delivery/process.yaml", "delivery/process/examples/three-environments.yaml"]) {
  const { process, version } = readProcess(file);

  /** All that an environment asks for when some deployables change: a person for each role, evidence for each validation. */
  function complete(environment: string, changed: readonly string[]): GateFacts {
    const roles = requiredRoles(process, environment, changed).map(({ role }) => role);
    return {
      ...open,
      now,
      process: version,
      promotion: { ...promotion, environment, changed, process: version },
      bundle: { ...open.bundle, deployables: Object.fromEntries(changed.map((key) => [key, deployable("b")])) },
      standing: Object.fromEntries(changed.map((key) => [key, deployable("a")])),
      decisions: roles.map((role) => decision(`github:${role}`, role, { process: version })),
      roles: Object.fromEntries(roles.map((role) => [`github:${role}`, [role]])),
      evidence: requiredValidations(process, environment, changed).map((one) => evidence(one, { environment })),
      before: [
        deployment({
          environment: process.environments[environment]?.from ?? "",
          verifiedAt: "2026-11-01T00:00:00.000Z",
        }),
      ],
    };
  }

  describe(`the gate by ${file}`, () => {
    for (const environment of promotionLine(process)) {
      for (const changed of [
        ...Object.keys(process.deployables).map((key) => [key]),
        Object.keys(process.deployables),
      ]) {
        it(`opens ${environment} for ${changed.join(", ")} with all that is required, and with nothing less`, () => {
          const facts = complete(environment, changed);
          const answer = gate(process, facts);
          assert.deepEqual(answer.obstacles, []);
          for (const list of ["decisions", "evidence"] as const) {
            for (const index of facts[list].keys()) {
              const less = gate(process, { ...facts, [list]: [...facts[list]].toSpliced(index, 1) });
              assert.equal(less.verdict, "waiting", `without ${list} ${index}`);
              assert.equal(less.obstacles.length, 1);
            }
          }
          if (process.environments[environment]?.from === undefined) return;
          assert.deepEqual(
            gate(process, { ...facts, before: [] }).obstacles.map(({ kind }) => kind),
            ["previous"],
          );
        });
      }
    }
  });
}
