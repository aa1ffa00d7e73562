import type { ResourceRule } from "../../rule.ts";
import { numberOf, recordOf } from "../../values.ts";

export const jobDeadline: ResourceRule = {
  name: "job-deadline",
  title: "Jobs end",
  severity: "low",
  category: "resilience",
  description: "A Job has a deadline.",
  rationale: "A Job that hangs holds its resources, its locks and the release that waits for it, for good.",
  remediation: "Set activeDeadlineSeconds.",
  controls: ["SOC2 A1.1", "ISO27001 A.8.6", "NIST SC-6"],
  appliesTo: ["kubernetes:batch/v1:CronJob", "kubernetes:batch/v1:Job"],
  judge: ({ props, type }) => {
    const spec = recordOf(props.spec);
    const job = type.endsWith(":CronJob") ? recordOf(recordOf(spec.jobTemplate).spec) : spec;
    return numberOf(job.activeDeadlineSeconds) === undefined ? ["has no deadline."] : [];
  },
};
