import { fits } from "../../glob.ts";
import { identityStatements, isBoundary } from "../../grants.ts";
import type { Statement } from "../../iam.ts";
import type { StackRule } from "../../rule.ts";

/** What gives a role permissions, and so has to demand the boundary. */
const giving: readonly string[] = [
  "iam:AttachRolePolicy",
  "iam:CreateRole",
  "iam:PutRolePermissionsBoundary",
  "iam:PutRolePolicy",
];

export const iamBoundaryHolds: StackRule = {
  name: "iam-boundary-holds",
  title: "Boundaries cannot be shaken off",
  severity: "critical",
  category: "identity",
  scope: "stack",
  description:
    "A permissions boundary that lets roles be made denies to make one without it, to take it away, and to change it.",
  rationale: "Whoever can make a role without the boundary, or widen the boundary, is bound by nothing.",
  remediation:
    "Deny iam:CreateRole and its like unless iam:PermissionsBoundary is the boundary's ARN, iam:DeleteRolePermissionsBoundary, and all changes of the boundary's policy.",
  controls: ["SOC2 CC6.3", "ISO27001 A.8.2", "NIST AC-6(1)", "NIST AC-6(10)"],
  appliesTo: ["aws:iam/policy:Policy"],
  judge: (resource, stack) => {
    const statements = identityStatements(resource).map(({ statement }) => statement);
    const allows = (action: string) => statements.some((each) => each.allows && covers(each, action));
    if (!giving.some(allows) || !isBoundary(resource, stack)) return [];
    const denies = (action: string, holds: (statement: Statement) => boolean) =>
      statements.some((each) => !each.allows && covers(each, action) && holds(each));
    const unbound = giving.filter((action) => allows(action) && !denies(action, onlyWithoutBoundary));
    const { name } = resource.props;
    const keepsItself = denies(
      "iam:CreatePolicyVersion",
      ({ conditions, resources }) =>
        conditions.length === 0 && resources.some((each) => each === "*" || each.endsWith(`/${name}`)),
    );
    return [
      ...unbound.map((action) => `allows ${action} without the boundary.`),
      ...(allows("iam:DeleteRolePermissionsBoundary") && !denies("iam:DeleteRolePermissionsBoundary", isFlat)
        ? ["lets the boundary be taken from a role."]
        : []),
      ...(allows("iam:CreatePolicyVersion") && !keepsItself ? ["lets itself be changed."] : []),
    ];
  },
};

function isFlat({ conditions, resources }: Statement): boolean {
  return conditions.length === 0 && resources.includes("*");
}

/** Denied always, or as long as the request does not name the boundary. */
function onlyWithoutBoundary({ conditions, resources }: Statement): boolean {
  return (
    resources.includes("*") &&
    conditions.every(
      ({ key, operator }) => key.toLowerCase() === "iam:permissionsboundary" && /Not(Equals|Like)$/.test(operator),
    )
  );
}

function covers({ actions, notActions }: Statement, action: string): boolean {
  return notActions.length > 0
    ? !notActions.some((each) => fits(each, action))
    : actions.some((each) => fits(each, action));
}
