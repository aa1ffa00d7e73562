import type { Process } from "../process/schema.ts";
import type { Deployment, Promotion } from "../release/model.ts";
import { approvalRecords } from "./documents/approvals.ts";
import type { EvidenceFacts, ObservedChange } from "./facts.ts";
import { link, table, text } from "./markdown.ts";
import type { Period } from "./population.ts";
import { type Subject, subjectOf } from "./subject.ts";

/** Something that does not add up, and has to be explained to an auditor. */
export interface Gap {
  readonly kind:
    | "no promotion"
    | "no bundle"
    | "other bundle"
    | "not approved"
    | "one person, two roles"
    | "not ended"
    | "not verified"
    | "promotion without deployment"
    | "unexplained change"
    | "unseen deployment";
  /** "deployment 12", "promotion 9", or another system's name for it. */
  readonly about: string;
  readonly what: string;
  readonly link?: string;
}

/**
 * What shows that the population is complete and every one of it was let through: each deployment is held against its promotion, its
 * approvals and its verification, each promotion that says to be deployed against its deployment, and, where other systems were
 * asked, what they saw against all of it, both ways.
 */
export function reconcile(
  process: Process,
  facts: EvidenceFacts,
  environment: string,
  period: Period,
  deployments: readonly Deployment[],
): Gap[] {
  const lost = facts.promotions
    .filter((one) => one.environment === environment && inside(one.requestedAt, period) && isOver(one))
    .filter((one) => !facts.deployments.some(({ promotion }) => promotion === one.id))
    .sort((a, b) => a.id - b.id);
  return [
    ...deployments.flatMap((deployment) => deploymentGaps(subjectOf(process, facts, deployment))),
    ...lost.map(
      (one): Gap => ({
        kind: "promotion without deployment",
        about: `promotion ${one.id}`,
        what: `It is ${one.state}, and no deployment of it is stored.`,
      }),
    ),
    ...observedGaps(facts, environment, period, deployments),
  ];
}

function deploymentGaps(subject: Subject): Gap[] {
  const { bundle, deployment, promotion } = subject;
  const about = `deployment ${deployment.id}`;
  const gap = (kind: Gap["kind"], what: string): Gap => ({ kind, about, what });
  const gaps: Gap[] = [];
  if (promotion === undefined)
    gaps.push(gap("no promotion", `Nobody asked for it: no promotion ${deployment.promotion} is stored.`));
  else if (promotion.bundle !== deployment.bundle || promotion.environment !== deployment.environment)
    gaps.push(
      gap("other bundle", `Its promotion ${promotion.id} is of ${promotion.bundle} to ${promotion.environment}.`),
    );
  if (bundle === undefined) gaps.push(gap("no bundle", `What it brought is not stored: ${deployment.bundle}.`));
  gaps.push(...approvalGaps(subject).map((what) => gap("not approved", what)));
  const people = (subject.gate?.answer.approvals ?? []).flatMap(({ actor }) => (actor === undefined ? [] : [actor]));
  const twice = people.find((actor, index) => people.indexOf(actor) !== index);
  if (twice !== undefined) gaps.push(gap("one person, two roles", `${twice} filled two of its roles.`));
  if (deployment.endedAt === undefined) gaps.push(gap("not ended", "Its end is not stored."));
  else if (deployment.outcome === "succeeded" && deployment.verdict === undefined)
    gaps.push(gap("not verified", "It came about, and no verification is stored."));
  return gaps;
}

/** The gaps of the approval records, without those of the technical review, which the document itself names. */
function approvalGaps(subject: Subject): readonly string[] {
  return subject.promotion === undefined ? [] : approvalRecords({ ...subject, validations: [] }).gaps;
}

function observedGaps(
  { observed, deployments: all }: EvidenceFacts,
  environment: string,
  period: Period,
  deployments: readonly Deployment[],
): Gap[] {
  if (observed === undefined) return [];
  const here = observed.filter((one) => one.environment === environment);
  const known = (one: ObservedChange) =>
    all.some((deployment) => deployment.id === one.deployment && deployment.environment === environment);
  const unexplained = here
    .filter((one) => inside(one.at, period) && !known(one))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .map((one): Gap => {
      const said = one.deployment === undefined ? "no deployment" : `deployment ${one.deployment}, which is not stored`;
      return {
        kind: "unexplained change",
        about: `${one.system} ${one.id}`,
        what: `It changed ${environment} at ${one.at} and belongs to ${said}.`,
        ...(one.link === undefined ? {} : { link: one.link }),
      };
    });
  const systems = [...new Set(here.map(({ system }) => system))].sort();
  const unseen = deployments.flatMap(({ id }) =>
    systems
      .filter((system) => !here.some((one) => one.system === system && one.deployment === id))
      .map(
        (system): Gap => ({
          kind: "unseen deployment",
          about: `deployment ${id}`,
          what: `${system} knows nothing of it.`,
        }),
      ),
  );
  return [...unexplained, ...unseen];
}

/** For people: what has to be explained, or that nothing has. */
export function reconciliationMarkdown(gaps: readonly Gap[], compared: readonly string[], count: number): string {
  const held = ["promotions", "the gate's answers", "decisions", "verifications", ...compared];
  return [
    "# Reconciliation",
    "",
    `${count} deployments were held against ${text(held.join(", "))}.`,
    ...(compared.length === 0
      ? [
          "",
          "No other system was asked (runs of GitHub, updates of the stack), so that a change past the release process would not show here.",
        ]
      : []),
    "",
    ...(gaps.length === 0
      ? ["Nothing is left to explain."]
      : table(
          ["", "about", "what", "link"],
          gaps.map((gap) => [gap.kind, text(gap.about), text(gap.what), gap.link === undefined ? "" : link(gap.link)]),
        )),
    "",
  ].join("\n");
}

function isOver({ state }: Promotion): boolean {
  return state === "deployed" || state === "failed";
}

function inside(moment: string, { from, to }: Period): boolean {
  return Date.parse(from) <= Date.parse(moment) && Date.parse(moment) < Date.parse(to);
}
