import assert from "node:assert/strict";
import { planRulesets } from "../../components/github-rulesets-plan.ts";
import { readProcess } from "../../delivery/process/read.ts";

const { process } = readProcess();
const planned = planRulesets({ process, checks: ["Test", "Preview: staging"] });
const ruleset = (key: string) => planned.find((each) => each.key === key);

describe("components/github-rulesets-plan", () => {
  it("protects every branch that deploys: by pull request, approved, with the checks passed", () => {
    const { bypass, pullRequest, refs, target } = ruleset("branches") ?? {};
    assert.deepEqual(
      [target, refs, bypass],
      ["branch", ["refs/heads/develop", "refs/heads/main", "refs/heads/release/*"], []],
    );
    assert.deepEqual([pullRequest?.approvals, pullRequest?.checks], [1, ["Preview: staging", "Test"]]);
  });

  it("asks who knows a deployable for its paths, and the release manager for the rules themselves", () => {
    const byTeam = Object.fromEntries(
      (ruleset("branches")?.pullRequest?.pathReviewers ?? []).map(({ paths, team }) => [team, paths]),
    );
    const { backend, database } = process.deployables;
    assert.deepEqual(byTeam["tech-lead"]?.toSorted(), [...(backend?.paths ?? []), ...(database?.paths ?? [])].sort());
    assert.ok(byTeam["tech-lead"]?.includes("migrations/**"));
    assert.deepEqual(byTeam["ai-lead"], ["voice-ai/**"]);
    assert.ok(byTeam["devops-lead"]?.includes("stacks/**"));
    assert.ok(byTeam["release-manager"]?.includes("delivery/process.yaml"));
    assert.equal(byTeam["qa-lead"], undefined, "who approves everything in staging knows no path better than another");
  });

  it("lets the release manager alone make release tags, and nobody move or remove one", () => {
    const refs = ["refs/tags/v*.*.*"];
    const { creation, target, update } = ruleset("releasing") ?? {};
    assert.deepEqual([target, ruleset("releasing")?.refs, creation, update], ["tag", refs, true, false]);
    assert.deepEqual(ruleset("releasing")?.bypass, ["release-manager"]);
    const stay = ruleset("releases");
    assert.deepEqual([stay?.refs, stay?.creation, stay?.update, stay?.bypass], [refs, false, true, []]);
  });

  it("follows another process", () => {
    const { environments } = process;
    const onlyTags = Object.fromEntries(
      Object.entries(environments).map(([name, environment]) => [
        name,
        { ...environment, branches: [], tags: ["release-*"] },
      ]),
    );
    const other = planRulesets({ process: { ...process, environments: onlyTags }, checks: [] });
    assert.deepEqual(
      other.map(({ key, refs }) => [key, refs]),
      [
        ["releasing", ["refs/tags/release-*"]],
        ["releases", ["refs/tags/release-*"]],
      ],
    );
  });
});
