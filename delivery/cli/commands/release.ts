import type { Command } from "commander";
import { addBrakes } from "./release/brakes.ts";
import { addBundle } from "./release/bundle.ts";
import { addCalendar } from "./release/calendar.ts";
import { addApprovals, addDecisions, addGate } from "./release/decide.ts";
import { addDeploy } from "./release/deploy.ts";
import { addEvidence } from "./release/evidence.ts";
import { addIncidents } from "./release/incidents.ts";
import { addMetrics } from "./release/metrics.ts";
import { addEmergency, addPromote, addRollback, addWithdraw } from "./release/promote.ts";
import { addStatus } from "./release/status.ts";
import { addVerify } from "./release/verify.ts";

/** Adds `release`. */
export function addReleaseCommand(program: Command): void {
  const release = program
    .command("release")
    .summary("bundles, promotions, approvals, the gate, deployments, rollback, emergencies")
    .description(
      "The release process of delivery/process.yaml: a bundle is promoted from environment to environment, the gate says whether it may go out\nnow and what is missing, and every step is recorded. Exit code 3: a gate says not now.",
    );
  addStatus(release);
  addCalendar(release);
  addMetrics(release);
  addBundle(release);
  addPromote(release);
  addEvidence(release);
  addDecisions(release);
  addApprovals(release);
  addGate(release);
  addDeploy(release);
  addVerify(release);
  addRollback(release);
  addEmergency(release);
  addIncidents(release);
  addBrakes(release);
  addWithdraw(release);
}
