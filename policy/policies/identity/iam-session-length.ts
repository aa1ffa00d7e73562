import { statementsOf } from "../../iam.ts";
import type { ResourceRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

/** Seconds. A deployment that builds databases takes more than AWS's hour, and no more than this. */
const longest = 2 * 60 * 60;

export const iamSessionLength: ResourceRule = {
  name: "iam-session-length",
  title: "Short sessions",
  severity: "medium",
  category: "identity",
  description: "A session of a role that people or workflows assume ends after two hours or less.",
  rationale: "The credentials of a session cannot be called back one by one: what is stolen works until it ends.",
  remediation: "Set maxSessionDuration to 7200 or less, or leave it out, which makes it an hour.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.5", "NIST AC-12", "NIST IA-11"],
  appliesTo: ["aws:iam/role:Role"],
  judge: ({ props }) => {
    const seconds = numberOf(props.maxSessionDuration) ?? 3600;
    // Services end their sessions by themselves.
    const isService = statementsOf(props.assumeRolePolicy).every(({ principals }) =>
      Object.keys(principals).every((kind) => kind === "Service"),
    );
    return isService || seconds <= longest ? [] : [`keeps a session for ${seconds} seconds, more than ${longest}.`];
  },
};
