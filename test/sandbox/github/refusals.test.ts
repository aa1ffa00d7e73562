import assert from "node:assert/strict";
import { sealed, TestGitHub } from "./support.ts";

const repo = "/repos/teamflow/teamflow";
const custom = { protected_branches: false, custom_branch_policies: true };

describe("local GitHub: refusals", () => {
  let github: TestGitHub;

  before(async () => {
    github = await TestGitHub.start();
    await github.api("PUT", `${repo}/environments/dev`, {});
    await github.api("POST", "/orgs/teamflow/repos", { name: "old" });
    await github.api("PUT", "/repos/teamflow/old/environments/dev", {});
    await github.api("PATCH", "/repos/teamflow/old", { archived: true });
    await github.api("POST", "/orgs/teamflow/teams", { name: "strangers" });
    await github.api("POST", `${repo}/rulesets`, { name: "taken", enforcement: "active" });
    await github.api("POST", `${repo}/actions/variables`, { name: "TAKEN", value: "" });
  });
  after(() => github.remove());

  const teamId = async (slug: string) => (await github.api("GET", `/orgs/teamflow/teams/${slug}`)).body.id as number;

  const table: readonly [what: string, method: string, path: string, body: unknown, status: number, message: RegExp][] =
    [
      ["a repository that is not there", "GET", "/repos/teamflow/nothing", undefined, 404, /Not Found/],
      ["another owner", "GET", "/repos/someone/teamflow", undefined, 404, /Not Found/],
      ["another organization", "GET", "/orgs/someone", undefined, 404, /Not Found/],
      ["a team that is not there", "GET", "/orgs/teamflow/teams/nobody", undefined, 404, /Not Found/],
      ["a user that is not there", "GET", "/users/nobody", undefined, 404, /Not Found/],
      ["an environment that is not there", "GET", `${repo}/environments/nowhere`, undefined, 404, /Not Found/],
      ["a ruleset that is not there", "GET", `${repo}/rulesets/1`, undefined, 404, /Not Found/],
      ["a ruleset with a name for a number", "GET", `${repo}/rulesets/main`, undefined, 404, /Not Found/],
      ["an address that GitHub does not know", "GET", "/nothing/here", undefined, 404, /Not Found/],
      ["an operation that we do not answer", "GET", `${repo}/issues`, undefined, 404, /Not Found/],
      ["a team by a number that is no team's", "GET", "/organizations/10000/team/1", undefined, 404, /Not Found/],
      ["broken JSON", "POST", "/orgs/teamflow/teams", "{", 400, /Problems parsing JSON/],
      ["a list for a body", "POST", "/orgs/teamflow/teams", [], 400, /JSON object/],
      ["a team without a name", "POST", "/orgs/teamflow/teams", {}, 422, /"name" wasn't supplied/],
      [
        "a team whose name is a number",
        "POST",
        "/orgs/teamflow/teams",
        { name: 7 },
        422,
        /'properties\/name', 7 is not a string/,
      ],
      ["a team of no letters", "POST", "/orgs/teamflow/teams", { name: "!!" }, 422, /Validation Failed/],
      ["a team whose name is taken", "POST", "/orgs/teamflow/teams", { name: "CTO" }, 422, /Validation Failed/],
      [
        "a team with an unknown privacy",
        "POST",
        "/orgs/teamflow/teams",
        { name: "a", privacy: "open" },
        422,
        /not a member of \["secret","closed"\]/,
      ],
      [
        "a team below one that is not there",
        "POST",
        "/orgs/teamflow/teams",
        { name: "a", parent_team_id: 1 },
        422,
        /Validation Failed/,
      ],
      [
        "a team with a stranger in it",
        "POST",
        "/orgs/teamflow/teams",
        { name: "a", maintainers: ["nobody"] },
        422,
        /Validation Failed/,
      ],
      [
        "a permission that is none",
        "PUT",
        `/orgs/teamflow/teams/cto${repo}`,
        { permission: "rule" },
        422,
        /Validation Failed/,
      ],
      [
        "a repository whose name is taken",
        "POST",
        "/orgs/teamflow/repos",
        { name: "TeamFlow" },
        422,
        /creation failed/,
      ],
      [
        "a repository with a space in its name",
        "POST",
        "/orgs/teamflow/repos",
        { name: "a b" },
        422,
        /creation failed/,
      ],
      ["a visibility that is none", "PATCH", repo, { visibility: "secret" }, 422, /not a member of/],
      ["a visibility that it has", "PATCH", repo, { visibility: "private" }, 422, /Visibility is already private/],
      ["topics that are none", "PUT", `${repo}/topics`, { names: ["Two words"] }, 422, /Validation Failed/],
      ["topics without names", "PUT", `${repo}/topics`, {}, 422, /"names" wasn't supplied/],
      ["an environment without a name", "PUT", `${repo}/environments/%20`, {}, 422, /Validation Failed/],
      [
        "an environment with a long name",
        "PUT",
        `${repo}/environments/${"n".repeat(256)}`,
        {},
        422,
        /Validation Failed/,
      ],
      [
        "a wait that is a word",
        "PUT",
        `${repo}/environments/dev`,
        { wait_timer: "soon" },
        422,
        /"soon" is not an integer/,
      ],
      [
        "a wait of more than 30 days",
        "PUT",
        `${repo}/environments/dev`,
        { wait_timer: 43201 },
        422,
        /Validation Failed/,
      ],
      ["a wait of less than nothing", "PUT", `${repo}/environments/dev`, { wait_timer: -1 }, 422, /Validation Failed/],
      [
        "a misspelt setting of an environment",
        "PUT",
        `${repo}/environments/dev`,
        { waittimer: 1 },
        422,
        /"waittimer" is not a permitted key/,
      ],
      [
        "both branch policies",
        "PUT",
        `${repo}/environments/dev`,
        { deployment_branch_policy: { protected_branches: true, custom_branch_policies: true } },
        422,
        /Validation Failed/,
      ],
      [
        "neither branch policy",
        "PUT",
        `${repo}/environments/dev`,
        { deployment_branch_policy: { protected_branches: false, custom_branch_policies: false } },
        422,
        /Validation Failed/,
      ],
      [
        "half a branch policy",
        "PUT",
        `${repo}/environments/dev`,
        { deployment_branch_policy: { protected_branches: true } },
        422,
        /custom_branch_policies" wasn't supplied/,
      ],
      [
        "a reviewer that is not there",
        "PUT",
        `${repo}/environments/dev`,
        { reviewers: [{ type: "User", id: 1 }] },
        422,
        /Validation Failed/,
      ],
      [
        "a reviewer of no kind",
        "PUT",
        `${repo}/environments/dev`,
        { reviewers: [{ type: "Robot", id: 1 }] },
        422,
        /"Robot" is not a member/,
      ],
      [
        "a pattern where branches are free",
        "POST",
        `${repo}/environments/dev/deployment-branch-policies`,
        { name: "main" },
        404,
        /Not Found/,
      ],
      [
        "a variable with a space in its name",
        "POST",
        `${repo}/actions/variables`,
        { name: "A B", value: "" },
        422,
        /Validation Failed/,
      ],
      [
        "a variable that starts with GITHUB_",
        "POST",
        `${repo}/actions/variables`,
        { name: "github_x", value: "" },
        422,
        /Validation Failed/,
      ],
      [
        "a variable that is there",
        "POST",
        `${repo}/actions/variables`,
        { name: "taken", value: "" },
        409,
        /Already exists/,
      ],
      [
        "a variable without a value",
        "POST",
        `${repo}/actions/variables`,
        { name: "A" },
        422,
        /"value" wasn't supplied/,
      ],
      [
        "a variable of more than 48 KB",
        "POST",
        `${repo}/actions/variables`,
        { name: "A", value: "x".repeat(49_153) },
        422,
        /Validation Failed/,
      ],
      [
        "a body of more than a megabyte",
        "POST",
        `${repo}/actions/variables`,
        { name: "A", value: "x".repeat(1_100_000) },
        413,
        /too large/,
      ],
      [
        "a secret in plain text",
        "PUT",
        `${repo}/actions/secrets/A`,
        { key_id: "1", encrypted_value: "plain text" },
        422,
        /Invalid request/,
      ],
      [
        "a secret for another key",
        "PUT",
        `${repo}/actions/secrets/A`,
        { key_id: "1", encrypted_value: sealed },
        422,
        /Validation Failed/,
      ],
      [
        "a ruleset whose name is taken",
        "POST",
        `${repo}/rulesets`,
        { name: "taken", enforcement: "active" },
        422,
        /Validation Failed/,
      ],
      [
        "a ruleset with a rule that is none",
        "POST",
        `${repo}/rulesets`,
        { name: "a", enforcement: "active", rules: [{ type: "be nice" }] },
        422,
        /Invalid request/,
      ],
      [
        "a ruleset without enforcement",
        "POST",
        `${repo}/rulesets`,
        { name: "a" },
        422,
        /"enforcement" wasn't supplied/,
      ],
      [
        "a list of members in an unknown role",
        "GET",
        "/orgs/teamflow/members?role=king",
        undefined,
        422,
        /"king" is not a member/,
      ],
      ["a page that is no number", "GET", "/orgs/teamflow/teams?page=two", undefined, 422, /is not an integer/],
      ["a change of an archived repository", "PUT", "/repos/teamflow/old/environments/new", {}, 403, /archived/],
      [
        "a variable of an archived repository",
        "POST",
        "/repos/teamflow/old/actions/variables",
        { name: "A", value: "" },
        403,
        /archived/,
      ],
      [
        "removing somebody who is not in the team",
        "DELETE",
        "/orgs/teamflow/teams/cto/memberships/lena-fischer",
        undefined,
        404,
        /Not Found/,
      ],
    ];

  for (const [what, method, path, body, status, message] of table) {
    it(`answers ${status} to ${what}`, async () => {
      const answer = await github.api(method, path, body);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.match(answer.body.message, message);
      assert.equal(answer.body.status, String(status));
      assert.ok(answer.body.documentation_url);
    });
  }

  it("says in errors[] which field was wrong", async () => {
    const { body } = await github.api("PUT", `${repo}/environments/dev`, { reviewers: [{ type: "User", id: 1 }] });
    assert.deepEqual(
      body.errors.map((error: { field: string }) => error.field),
      ["reviewers[0]"],
    );
  });

  it("refuses a seventh reviewer", async () => {
    const slugs = ["developers", "team-lead", "tech-lead", "qa-lead", "ai-lead", "dba", "cto"];
    const reviewers = await Promise.all(slugs.map(async (slug) => ({ type: "Team", id: await teamId(slug) })));
    assert.equal(
      (await github.api("PUT", `${repo}/environments/six`, { reviewers: reviewers.slice(0, 6) })).status,
      200,
    );
    const seven = await github.api("PUT", `${repo}/environments/six`, { reviewers });
    assert.equal(seven.status, 422);
    assert.match(seven.body.errors[0].message, /6 reviewers at most, not 7/);
  });

  it("refuses a team that cannot read the repository, which GitHub would drop without a word", async () => {
    const reviewers = [{ type: "Team", id: await teamId("strangers") }];
    const answer = await github.api("PUT", `${repo}/environments/dev`, { reviewers });
    assert.equal(answer.status, 422);
    assert.match(answer.body.errors[0].message, /strangers needs at least read access to teamflow/);
  });

  it("refuses a team above itself", async () => {
    await github.api("POST", "/orgs/teamflow/teams", { name: "upper" });
    await github.api("POST", "/orgs/teamflow/teams", { name: "lower", parent_team_id: await teamId("upper") });
    const answer = await github.api("PATCH", "/orgs/teamflow/teams/upper", { parent_team_id: await teamId("lower") });
    assert.equal(answer.status, 422);
  });

  it("keeps what was there when a change is refused", async () => {
    const before = (await github.api("GET", `${repo}/environments/dev`)).body;
    await github.api("PUT", `${repo}/environments/dev`, { wait_timer: 10, reviewers: [{ type: "User", id: 1 }] });
    assert.deepEqual((await github.api("GET", `${repo}/environments/dev`)).body, before);
  });

  it("allows patterns once the policy is custom", async () => {
    await github.api("PUT", `${repo}/environments/custom`, { deployment_branch_policy: custom });
    const path = `${repo}/environments/custom/deployment-branch-policies`;
    assert.equal((await github.api("POST", path, { name: "v*", type: "tag" })).body.type, "tag");
    assert.equal((await github.api("POST", path, { name: "" })).status, 422);
    const again = await github.api("POST", path, { name: "v*", type: "tag" });
    assert.equal(again.status, 303);
    assert.match(again.headers.get("location") ?? "", /deployment-branch-policies\/\d+$/);
  });
});
