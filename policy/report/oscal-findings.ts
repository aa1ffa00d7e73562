import type { ControlStatus, Report, ReportedControl, ReportedResult } from "./model.ts";
import { identify, itemId, listed, markup, origins, prop, tokenOf } from "./oscal-parts.ts";
import { findingsOf, type ReportedFinding, statusTitles, verdicts, verdictTitles } from "./view.ts";

/** One observation for each policy, with every resource that it is about as a subject. */
export function observations(report: Report): readonly object[] {
  const results = Map.groupBy(report.results, ({ policy }) => policy);
  return report.policies.map(({ category, counts, description, enforcement, name, rationale, severity, title }) => ({
    uuid: observationId(report, name),
    title: markup(title),
    description: markup(`${description} ${rationale}`),
    props: [
      prop("policy", name),
      prop("severity", severity),
      prop("enforcement", enforcement),
      prop("category", category),
      ...verdicts.map((verdict) => prop(`judgements-${verdict}`, counts[verdict])),
    ],
    methods: ["TEST"],
    types: ["control-objective"],
    origins,
    ...listed("subjects", (results.get(name) ?? []).map(subjectOf)),
    "relevant-evidence": [
      {
        href: `#${identify(report, "evidence")}`,
        description: `What was judged, with the SHA-256 digest ${report.digest}.`,
      },
    ],
    collected: report.judgedAt,
  }));
}

function subjectOf({ findings, reason, resource, verdict }: ReportedResult): object {
  const says = [...findings.map(({ text }) => `${resource.name} ${text}`), ...(reason === undefined ? [] : [reason])];
  return {
    "subject-uuid": itemId(resource.urn),
    type: "inventory-item",
    title: markup(resource.name),
    props: [prop("verdict", verdict)],
    remarks: [`${verdictTitles[verdict]}.`, ...says].map(markup).join("\n\n"),
  };
}

/** One risk for each finding: open, or accepted up to the last day of its exemption. */
export function risks(report: Report): readonly object[] {
  return findingsOf(report).map((finding) => {
    const { exemption, policy, resource, text } = finding;
    const id = riskId(report, finding);
    return {
      uuid: id,
      title: markup(policy.title),
      description: markup(`${resource.name} ${text}`),
      statement: markup(policy.rationale),
      props: [
        prop("policy", policy.name),
        prop("severity", policy.severity),
        prop("enforcement", policy.enforcement),
        prop("resource", resource.urn),
        ...(exemption ? [prop("owner", exemption.owner), prop("approver", exemption.approver)] : []),
      ],
      status: exemption ? "deviation-approved" : "open",
      origins,
      ...(exemption && { deadline: `${exemption.expires}T23:59:59Z` }),
      remediations: [
        {
          uuid: identify(report, "remediation", id),
          lifecycle: "recommendation",
          title: "Remedy",
          description: markup(policy.remediation),
        },
        ...(exemption
          ? [
              {
                uuid: identify(report, "acceptance", id),
                lifecycle: "completed",
                title: "Accepted for a while",
                description: markup(exemption.reason),
                // What kind of response it is, is OSCAL's own property, without our namespace.
                props: [{ name: "type", value: "accept" }],
              },
            ]
          : []),
      ],
      "related-observations": [{ "observation-uuid": observationId(report, policy.name) }],
    };
  });
}

type Concluded = Exclude<ControlStatus, "notApplicable" | "notCovered">;

/** What a status means for a control's objective. Of what is only exempt or not known yet nobody can say that it is satisfied. */
const conclusions: Readonly<Record<Concluded, { readonly state: string; readonly reason: string }>> = {
  passed: { state: "satisfied", reason: "pass" },
  failed: { state: "not-satisfied", reason: "fail" },
  exempt: { state: "not-satisfied", reason: "other" },
  unknown: { state: "not-satisfied", reason: "other" },
};

/**
 * One finding for each control that something can be concluded of: neither where no policy covers it, nor where its policies are about
 * nothing that the stack has.
 */
export function findingsFor(report: Report): readonly object[] {
  const found = Map.groupBy(findingsOf(report), ({ policy }) => policy.name);
  return report.controls.flatMap((control) => {
    const { id, policies, status, title } = control;
    if (!isConcluded(status)) return [];
    const related = policies.flatMap((name) => found.get(name) ?? []);
    return [
      {
        uuid: identify(report, "finding", id),
        title: markup(`${id}: ${title}`),
        description: markup(describe(control)),
        origins,
        target: {
          type: "objective-id",
          "target-id": tokenOf(id),
          title: markup(title),
          props: [prop("label", id)],
          status: { ...conclusions[status], remarks: `${statusTitles[status]}.` },
        },
        "related-observations": policies.map((name) => ({ "observation-uuid": observationId(report, name) })),
        ...listed(
          "related-risks",
          related.map((finding) => ({ "risk-uuid": riskId(report, finding) })),
        ),
      },
    ];
  });
}

function isConcluded(status: ControlStatus): status is Concluded {
  return Object.hasOwn(conclusions, status);
}

function describe({ counts, policies }: ReportedControl): string {
  const found = verdicts
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdictTitles[verdict]}`);
  return `Evidence of ${policies.join(", ")}: ${found.join(", ")}.`;
}

function observationId(report: Report, policy: string): string {
  return identify(report, "observation", policy);
}

function riskId(report: Report, { policy, resource, text }: ReportedFinding): string {
  return identify(report, "risk", policy.name, resource.urn, text);
}
