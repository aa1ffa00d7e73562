import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { KubernetesAccessRules } from "../../components/kubernetes-access-rules.ts";
import { planAccessRules, planGuard } from "../../components/kubernetes-access-rules-plan.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const context = { application: "teamflow", stack: "prod", environment: "production" };

const build = () =>
  runMocked(
    () => {
      new KubernetesAccessRules("prod-platform-rules", { context, namespaces: ["teamflow", "teamflow-pre"] });
    },
    { stack: "prod" },
  );

const may = (verb: string, group: string, resource: string) =>
  planAccessRules().some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb),
  );

/** What the API server calls many of a kind. */
function plural(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith("params")) return name;
  if (name.endsWith("y")) return `${name.slice(0, -1)}ies`;
  return name.endsWith("ss") ? `${name}es` : `${name}s`;
}

/** Modules of the npm package, as the API groups that they are. */
const groups: Readonly<Record<string, string>> = {
  apps: "apps",
  autoscaling: "autoscaling",
  batch: "batch",
  core: "",
  networking: "networking.k8s.io",
  policy: "policy",
  rbac: "rbac.authorization.k8s.io",
};

/** What an administrator makes, so that delivery cannot widen its own rights. */
const ofAdministrators = ["ClusterRole", "ClusterRoleBinding"];

describe("components/kubernetes-access-rules", () => {
  it("lets delivery write every kind that the program has, but for what says what delivery may do", () => {
    const sources = globSync("components/*.ts", { cwd: checkoutRoot }).map((file) =>
      readFileSync(path.join(checkoutRoot, file), "utf8"),
    );
    const kinds = sources.flatMap((text) => [...text.matchAll(/new kubernetes\.(\w+)\.v\d\w*\.(\w+)\(/g)]);
    assert.ok(kinds.length > 0, "the search finds what there is");
    for (const [, module = "", kind = ""] of kinds) {
      if (module === "admissionregistration" || ofAdministrators.includes(kind)) continue;
      const group = groups[module];
      assert.ok(group !== undefined, `${module}: say which API group it is`);
      for (const verb of ["get", "create", "patch", "delete"])
        assert.ok(may(verb, group, plural(kind)), `${verb} ${group}/${plural(kind)}: add it to what is written`);
    }
    for (const [group, resource] of [
      ["eks.amazonaws.com", "ingressclassparams"],
      ["secrets-store.csi.x-k8s.io", "secretproviderclasses"],
    ] as const)
      assert.ok(may("patch", group, resource), resource);
  });

  it("lets it see no Secret and open no shell, and never says how many rights it has", () => {
    for (const { apiGroups, resources, verbs } of planAccessRules()) {
      for (const each of [...apiGroups, ...resources, ...verbs]) assert.notEqual(each, "*");
      for (const resource of ["secrets", "pods/exec", "pods/attach", "pods/portforward", "serviceaccounts/token"])
        assert.ok(!resources.includes(resource), resource);
      for (const verb of ["bind", "escalate", "impersonate", "approve"]) assert.ok(!verbs.includes(verb), verb);
    }
  });

  it("lets it read, but not write, what limits it", () => {
    for (const [group, resource] of [
      ["admissionregistration.k8s.io", "validatingadmissionpolicies"],
      ["admissionregistration.k8s.io", "validatingadmissionpolicybindings"],
      ["rbac.authorization.k8s.io", "clusterroles"],
      ["rbac.authorization.k8s.io", "clusterrolebindings"],
    ] as const) {
      assert.ok(may("get", group, resource), resource);
      for (const verb of ["create", "patch", "update", "delete"]) assert.ok(!may(verb, group, resource), resource);
    }
  });

  it("binds both groups to these rights only, and the guard to all that they ask", async () => {
    const run = await build();
    const role = run.one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole");
    assert.deepEqual(role.inputs.rules, planAccessRules());
    const binding = run.one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding").inputs;
    assert.deepEqual(binding.roleRef, {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "ClusterRole",
      name: "slipway-delivery",
    });
    assert.deepEqual(
      (binding.subjects as { kind: string; name: string }[]).map(({ kind, name }) => `${kind} ${name}`),
      ["Group slipway:deployers", "Group slipway:previewers"],
    );
    const { spec } = run.one("kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy").inputs as {
      spec: { failurePolicy: string; matchConstraints: { resourceRules: unknown[] } };
    };
    assert.equal(spec.failurePolicy, "Fail");
    assert.deepEqual(spec.matchConstraints.resourceRules, [
      {
        apiGroups: ["*"],
        apiVersions: ["*"],
        operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
        resources: ["*/*"],
      },
    ]);
    const guard = run.one("kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding").inputs;
    assert.deepEqual(guard.spec, { policyName: "slipway-delivery", validationActions: ["Deny"] });
  });

  it("judges nobody but the roles of delivery, whatever the order of the namespaces", () => {
    const { matchCondition } = planGuard(["teamflow"]);
    assert.equal(
      matchCondition,
      'has(request.userInfo.groups) && ("slipway:deployers" in request.userInfo.groups || "slipway:previewers" in request.userInfo.groups)',
    );
    assert.deepEqual(
      planGuard(["b", "a"]).validations.map(({ expression }) => expression),
      planGuard(["a", "b"]).validations.map(({ expression }) => expression),
    );
  });
});
