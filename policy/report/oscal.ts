import type { ReportFormat } from "./format.ts";
import type { Report } from "./model.ts";
import { findingsFor, observations, risks } from "./oscal-findings.ts";
import { identify, itemId, listed, markup, prop, tokenOf, toolId } from "./oscal-parts.ts";
import { uuidOf } from "./uuid.ts";
import { controlsOf, counted, verdicts } from "./view.ts";

/**
 * Assessment results by OSCAL 1.1.3 (NIST), the newest version whose schema our checker has: a result for each stack.
 *
 * @see https://pages.nist.gov/OSCAL/learn/concepts/layer/assessment/assessment-results/
 */
export const oscal: ReportFormat = {
  extension: "oscal.json",
  write: (reports) => `${JSON.stringify({ "assessment-results": documentOf(reports) }, null, 2)}\n`,
};

const partyId = uuidOf("oscal", "party");
const planId = uuidOf("oscal", "plan");

function documentOf(reports: readonly Report[]): object {
  const latest =
    reports
      .map(({ judgedAt }) => judgedAt)
      .sort()
      .at(-1) ?? new Date(0).toISOString();
  return {
    uuid: uuidOf("oscal", "document", ...reports.map((report) => identify(report))),
    metadata: {
      title: `Policies on ${reports.map(({ stack }) => markup(stack)).join(", ")}`,
      "last-modified": latest,
      version: latest,
      "oscal-version": "1.1.3",
      roles: [{ id: "assessor", title: "Assessor" }],
      parties: [{ uuid: partyId, type: "organization", name: "Slipway", remarks: "A program: no person has judged." }],
      "responsible-parties": [{ "role-id": "assessor", "party-uuids": [partyId] }],
    },
    "import-ap": {
      href: `#${planId}`,
      remarks: "There is no assessment plan in OSCAL: the policies themselves are it.",
    },
    results: reports.map(resultOf),
    "back-matter": {
      resources: [
        {
          uuid: planId,
          title: "The policies",
          description: "Each observation names its policy, with what it wants and why (./slipway policy explain).",
        },
        ...reports.map(evidenceOf),
      ],
    },
  };
}

function resultOf(report: Report): object {
  const { compliant, counts, digest, judgedAt, kind, pack, policies, resources, stack, version } = report;
  return {
    uuid: identify(report),
    title: `Policies on ${markup(stack)}`,
    description: `${counted(policies.length, "policy", "policies")} of the pack ${markup(pack)} judged ${counted(resources, "resource")} of ${kind === "state" ? "the state" : "a preview"} of ${markup(stack)}.`,
    start: judgedAt,
    end: judgedAt,
    props: [
      prop("compliant", compliant ? "yes" : "no"),
      prop("pack", pack),
      prop("judged", kind),
      prop("digest", `sha256:${digest}`),
      ...verdicts.map((verdict) => prop(`judgements-${verdict}`, counts[verdict])),
    ],
    "local-definitions": {
      ...listed("inventory-items", inventory(report)),
      "assessment-assets": {
        components: [
          {
            uuid: toolId,
            type: "software",
            title: "Slipway policies",
            description: "Judges what a Pulumi program builds, from its state or a preview.",
            props: [prop("version", version)],
            status: { state: "operational" },
          },
        ],
        "assessment-platforms": [
          { uuid: identify(report, "platform"), title: "Slipway", "uses-components": [{ "component-uuid": toolId }] },
        ],
      },
    },
    "reviewed-controls": reviewedControls(report),
    ...listed("observations", observations(report)),
    ...listed("risks", risks(report)),
    ...listed("findings", findingsFor(report)),
  };
}

/** Every resource that a policy is about. */
function inventory({ results }: Report): readonly object[] {
  const resources = new Map(results.map(({ resource }) => [resource.urn, resource]));
  return [...resources.values()].map(({ name, type, urn }) => ({
    uuid: itemId(urn),
    description: markup(`${type} ${name}`),
    // An asset's identifier is OSCAL's own property, without our namespace.
    props: [
      { name: "asset-id", value: urn.replace(/\s+/g, " ").trim() },
      prop("resource-type", type),
      prop("resource-name", name),
    ],
  }));
}

/**
 * The controls that policies are evidence for. Of those that no policy covers nothing is claimed: they are no findings, but properties,
 * whose class says who has to show that they hold.
 */
function reviewedControls(report: Report): object {
  const left = report.controls.filter(({ status }) => status === "notCovered");
  const selections = report.frameworks.flatMap(({ key, name, reference, version }) => {
    const controls = controlsOf(report, key);
    const covered = controls.filter(({ status }) => status !== "notCovered");
    if (covered.length === 0) return [];
    return [
      {
        description: markup(`${name}, ${version}`),
        props: [prop("framework", key), prop("covered", covered.length), prop("controls", controls.length)],
        links: [{ href: reference, rel: "reference" }],
        "include-controls": covered.map(({ id }) => ({ "control-id": tokenOf(id) })),
      },
    ];
  });
  return {
    ...listed(
      "props",
      left.map(({ id, responsible }) => prop("not-covered", tokenOf(id), { class: responsible })),
    ),
    "control-selections":
      selections.length > 0 ? selections : [{ description: "No policy was evidence for any control." }],
    remarks: `${counted(left.length, "control")} of ${report.controls.length} no policy covers: each is a property, whose class says who has to show that it holds.`,
  };
}

/** What was judged, named by its content (RFC 6920): whoever has the file can tell that it is the one. */
function evidenceOf(report: Report): object {
  const { digest, kind, stack } = report;
  const name = Buffer.from(digest, "hex").toString("base64url");
  return {
    uuid: identify(report, "evidence"),
    title: `${kind === "state" ? "State" : "Preview"} of ${markup(stack)}`,
    rlinks: [
      {
        href: `ni:///sha-256;${name}`,
        "media-type": "application/json",
        hashes: [{ algorithm: "SHA-256", value: digest }],
      },
    ],
  };
}
