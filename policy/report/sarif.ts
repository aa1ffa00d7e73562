import { createHash } from "node:crypto";
import { environmentOfStack } from "../resource.ts";
import type { ReportFormat } from "./format.ts";
import type { Report, ReportedResult } from "./model.ts";
import { levelOf, message, ruleOf, taxonomiesOf } from "./sarif-rules.ts";
import { findingsOf, type ReportedFinding, resultsOf } from "./view.ts";

/**
 * SARIF 2.1.0 (OASIS, with errata 01), made for GitHub code scanning: a run for each stack.
 *
 * @see https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
 */
export const sarif: ReportFormat = {
  extension: "sarif",
  write: (reports) =>
    `${JSON.stringify(
      {
        $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: reports.map(runOf),
      },
      null,
      2,
    )}\n`,
};

const judgementFailed = { id: "judgement-failed", index: 0 };
const exemptionInVain = { id: "exemption-in-vain", index: 1 };

function runOf(report: Report): object {
  const { counts, digest, judgedAt, kind, pack, policies, stack, version } = report;
  const taxonomies = taxonomiesOf(report);
  return {
    tool: {
      driver: {
        name: "Slipway policies",
        version,
        shortDescription: { text: "Policies on what Pulumi programs build." },
        rules: policies.map((policy) => ruleOf(policy, taxonomies)),
        notifications: [
          descriptor(judgementFailed, "A policy could not judge a resource."),
          descriptor(exemptionInVain, "An exemption has expired, or nothing needs it any more."),
        ],
        supportedTaxonomies: taxonomies.map(({ guid, index, name }) => ({ name, index, guid })),
      },
    },
    taxonomies: taxonomies.map(({ component }) => component),
    // GitHub takes what stands before the last slash as the category, in which a new run takes the place of the last one.
    automationDetails: {
      id: `slipway-policies/${stack}/`,
      description: { text: message(`Policies on the stack ${stack}`) },
    },
    invocations: [
      {
        executionSuccessful: counts.error === 0,
        endTimeUtc: judgedAt,
        toolExecutionNotifications: resultsOf(report, "error").map((result) => failureOf(report, result)),
        toolConfigurationNotifications: exemptionNotifications(report),
        properties: { kind, pack, digest: `sha256:${digest}` },
      },
    ],
    originalUriBaseIds: { "%SRCROOT%": { description: { text: "The root of the repository." } } },
    columnKind: "utf16CodeUnits",
    results: findingsOf(report).map((finding) => resultOf(report, finding)),
  };
}

function resultOf(report: Report, { exemption, policy, resource, text }: ReportedFinding): object {
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([policy.name, resource.urn, text]))
    .digest("hex");
  return {
    ruleId: policy.name,
    ruleIndex: report.policies.indexOf(policy),
    kind: "fail",
    level: levelOf(policy),
    message: { text: message(`${resource.name} ${text}`) },
    locations: [locationOf(report, resource)],
    // GitHub looks at the first one alone, and would else make it from the line, which is the same for all.
    partialFingerprints: { primaryLocationLineHash: `${fingerprint.slice(0, 16)}:1`, "finding/v1": fingerprint },
    ...(exemption && {
      suppressions: [
        {
          kind: "external",
          status: "accepted",
          justification: exemption.reason,
          properties: { owner: exemption.owner, approver: exemption.approver, expires: exemption.expires },
        },
      ],
    }),
  };
}

/** The file from which the stack's resources come: GitHub shows no result without one that the repository has. */
function locationOf({ stack }: Report, { name, type, urn }: ReportedResult["resource"]): object {
  // A stack of a pull request has no file of its own.
  const uri = environmentOfStack(stack) === "feature" ? "Pulumi.yaml" : `Pulumi.${encodeURIComponent(stack)}.yaml`;
  return {
    physicalLocation: {
      artifactLocation: { uri, uriBaseId: "%SRCROOT%" },
      region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
    },
    logicalLocations: [{ name, fullyQualifiedName: urn, kind: "resource", properties: { type } }],
  };
}

function failureOf(report: Report, { policy, reason = "", resource }: ReportedResult): object {
  const index = report.policies.findIndex(({ name }) => name === policy);
  return {
    descriptor: judgementFailed,
    associatedRule: { id: policy, index },
    level: "error",
    message: { text: message(`The policy ${policy} could not judge ${resource.name}: ${reason}`) },
    locations: [locationOf(report, resource)],
    timeUtc: report.judgedAt,
  };
}

function exemptionNotifications({ exemptions: { expired, unused }, policies }: Report): readonly object[] {
  return [
    ...expired.map((exemption) => ({ exemption, says: `expired on ${exemption.expires}` })),
    ...unused.map((exemption) => ({ exemption, says: "is not needed any more" })),
  ].map(({ exemption: { finding, owner, policy, resource }, says }) => {
    const index = policies.findIndex(({ name }) => name === policy);
    const text = `The exemption of ${resource} from ${policy} (${finding}) ${says}; ${owner} owns it.`;
    return {
      descriptor: exemptionInVain,
      associatedRule: { id: policy, index },
      level: "error",
      message: { text: message(text) },
    };
  });
}

function descriptor({ id }: typeof judgementFailed, text: string): object {
  return { id, shortDescription: { text }, defaultConfiguration: { level: "error" } };
}
