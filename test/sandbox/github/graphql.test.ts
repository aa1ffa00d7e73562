import assert from "node:assert/strict";
import { TestGitHub } from "./support.ts";

const create = `mutation($input: CreateBranchProtectionRuleInput!) {
  createBranchProtectionRule(input: $input) { clientMutationId branchProtectionRule { id pattern } }
}`;

describe("local GitHub: GraphQL", () => {
  let github: TestGitHub;
  let repositoryId: string;

  before(async () => {
    github = await TestGitHub.start();
    repositoryId = (await github.api("GET", "/repos/teamflow/teamflow")).body.node_id;
  });
  after(() => github.remove());

  const protect = async (pattern: string, more: object = {}, as?: string) =>
    github.graphql(create, { input: { repositoryId, pattern, ...more } }, as ? { as } : {});

  it("answers exactly what was selected", async () => {
    const query = `query($login: String!) { organization(login: $login) { team(slug: "cto") { id } } viewer { login } }`;
    const team = (await github.api("GET", "/orgs/teamflow/teams/cto")).body.node_id;
    assert.deepEqual(await github.graphql(query, { login: "TeamFlow" }), {
      data: { organization: { team: { id: team } }, viewer: { login: "slipway-bot" } },
    });
  });

  it("says null for a team that is not there", async () => {
    const answer = await github.graphql(`{ organization(login: "teamflow") { team(slug: "nobody") { id } } }`);
    assert.deepEqual(answer, { data: { organization: { team: null } } });
  });

  const missing: readonly [string, RegExp][] = [
    [`{ node(id: "R_nothing") { id } }`, /Could not resolve to a node with the global id of 'R_nothing'/],
    [`{ organization(login: "x") { id } }`, /Could not resolve to an Organization/],
    [`{ user(login: "x") { id } }`, /Could not resolve to a User/],
    [`{ repository(owner: "teamflow", name: "x") { id } }`, /Could not resolve to a Repository/],
  ];
  for (const [query, message] of missing) {
    it(`answers NOT_FOUND to ${query}`, async () => {
      const { errors } = await github.graphql(query);
      assert.equal(errors[0].type, "NOT_FOUND");
      assert.match(errors[0].message, message);
    });
  }

  it("finds each kind of thing by its node id", async () => {
    const user = (await github.api("GET", "/users/grace-kim")).body.node_id;
    const team = (await github.api("GET", "/orgs/teamflow/teams/cto")).body.node_id;
    const organization = (await github.api("GET", "/orgs/teamflow")).body.node_id;
    for (const [id, type] of [
      [user, "User"],
      [team, "Team"],
      [organization, "Organization"],
      [repositoryId, "Repository"],
    ]) {
      const { data } = await github.graphql("query($id: ID!) { node(id: $id) { id __typename } }", { id });
      assert.deepEqual(data.node, { id, __typename: type });
    }
  });

  it("makes, reads, changes and deletes a branch protection rule", async () => {
    const cto = (await github.api("GET", "/orgs/teamflow/teams/cto")).body.node_id;
    const grace = (await github.api("GET", "/users/grace-kim")).body.node_id;
    const made = await protect("main", {
      requiresApprovingReviews: true,
      requiredApprovingReviewCount: 2,
      restrictsPushes: true,
      pushActorIds: [cto, grace],
      requiredStatusCheckContexts: ["ci"],
      clientMutationId: "x",
    });
    const { id } = made.data.createBranchProtectionRule.branchProtectionRule;
    const read = `query($id: ID!) { node(id: $id) { ... on BranchProtectionRule {
      pattern requiredApprovingReviewCount requiredStatusCheckContexts isAdminEnforced repository { name }
      pushAllowances(first: 1) { totalCount pageInfo { hasNextPage endCursor } nodes { actor {
        ... on App { id name slug } ... on Team { id name slug } ... on User { id name login } } } } } } }`;
    const { node } = (await github.graphql(read, { id })).data;
    assert.deepEqual(
      [node.pattern, node.requiredApprovingReviewCount, node.requiredStatusCheckContexts],
      ["main", 2, ["ci"]],
    );
    assert.deepEqual(
      [node.isAdminEnforced, node.repository.name, node.pushAllowances.totalCount],
      [false, "teamflow", 2],
    );
    assert.deepEqual(node.pushAllowances.nodes, [{ actor: { id: cto, name: "cto", slug: "cto" } }]);
    assert.equal(node.pushAllowances.pageInfo.hasNextPage, true);

    const update = `mutation($input: UpdateBranchProtectionRuleInput!) { updateBranchProtectionRule(input: $input) {
      branchProtectionRule { isAdminEnforced requiredApprovingReviewCount } } }`;
    const changed = await github.graphql(update, { input: { branchProtectionRuleId: id, isAdminEnforced: true } });
    const rule = changed.data.updateBranchProtectionRule.branchProtectionRule;
    assert.deepEqual(rule, { isAdminEnforced: true, requiredApprovingReviewCount: 2 });

    const drop =
      "mutation($input: DeleteBranchProtectionRuleInput!) { deleteBranchProtectionRule(input: $input) { clientMutationId } }";
    const dropped = await github.graphql(drop, { input: { branchProtectionRuleId: id } });
    assert.deepEqual(dropped, { data: { deleteBranchProtectionRule: { clientMutationId: null } } });
    assert.equal((await github.graphql(read, { id })).errors[0].type, "NOT_FOUND");
  });

  it("lists the rules of a repository page by page, as an import does", async () => {
    for (const pattern of ["a", "b", "c"]) await protect(pattern);
    const query = `query($id: ID!, $after: String) { node(id: $id) { ... on Repository {
      branchProtectionRules(first: 2, after: $after) { nodes { pattern } pageInfo { hasNextPage endCursor } } } } }`;
    const first = (await github.graphql(query, { id: repositoryId })).data.node.branchProtectionRules;
    const second = (await github.graphql(query, { id: repositoryId, after: first.pageInfo.endCursor })).data.node
      .branchProtectionRules;
    const patterns = [...first.nodes, ...second.nodes].map((node: { pattern: string }) => node.pattern);
    assert.deepEqual([patterns, second.pageInfo.hasNextPage], [["a", "b", "c"], false]);
  });

  it("tells the members of a team, direct or through teams below", async () => {
    const parent = (await github.api("POST", "/orgs/teamflow/teams", { name: "above" })).body;
    await github.api("POST", "/orgs/teamflow/teams", {
      name: "below",
      parent_team_id: parent.id,
      maintainers: ["yuki-sato"],
    });
    const query = `query($m: TeamMembershipType!) { organization(login: "teamflow") { team(slug: "above") {
      members(first: 100, membership: $m) { nodes { login } } } } }`;
    const logins = async (m: string) =>
      (await github.graphql(query, { m })).data.organization.team.members.nodes.map(
        (node: { login: string }) => node.login,
      );
    assert.deepEqual(await logins("IMMEDIATE"), ["slipway-bot"]);
    assert.deepEqual(await logins("CHILD_TEAM"), ["yuki-sato"]);
    assert.deepEqual(await logins("ALL"), ["slipway-bot", "yuki-sato"]);
  });

  const refused: readonly [what: string, input: object, as: string | undefined, type: string][] = [
    ["a pattern that is protected already", { pattern: "taken" }, undefined, "UNPROCESSABLE"],
    ["no pattern", { pattern: " " }, undefined, "UNPROCESSABLE"],
    ["seven reviews", { pattern: "x", requiredApprovingReviewCount: 7 }, undefined, "UNPROCESSABLE"],
    ["an actor that is not there", { pattern: "x", pushActorIds: ["U_nobody"] }, undefined, "NOT_FOUND"],
    ["a repository that is not there", { pattern: "x", repositoryId: "R_nothing" }, undefined, "NOT_FOUND"],
    ["somebody who is no administrator", { pattern: "x" }, "amara-okafor", "FORBIDDEN"],
  ];
  for (const [what, input, as, type] of refused) {
    it(`refuses ${what} and changes nothing`, async () => {
      await protect("taken");
      const count = async () =>
        (
          await github.graphql(
            "query($id: ID!) { node(id: $id) { ... on Repository { branchProtectionRules { totalCount } } } }",
            { id: repositoryId },
          )
        ).data.node.branchProtectionRules.totalCount;
      const before = await count();
      const answer = await protect("", input, as);
      assert.equal(answer.errors[0].type, type);
      assert.equal(await count(), before);
    });
  }

  it("changes nothing when one of several mutations fails", async () => {
    const both = `mutation($good: CreateBranchProtectionRuleInput!, $bad: CreateBranchProtectionRuleInput!) {
      good: createBranchProtectionRule(input: $good) { clientMutationId } bad: createBranchProtectionRule(input: $bad) { clientMutationId } }`;
    const answer = await github.graphql(both, {
      good: { repositoryId, pattern: "fresh" },
      bad: { repositoryId, pattern: "" },
    });
    assert.ok(answer.errors);
    assert.equal((await protect("fresh")).errors, undefined);
  });

  it("refuses what is no GraphQL, and fields and arguments that GitHub does not have", async () => {
    assert.match((await github.graphql("{ viewer {")).errors[0].message, /Syntax Error/);
    assert.match((await github.graphql("{ viewer { shoeSize } }")).errors[0].message, /Cannot query field "shoeSize"/);
    assert.match((await protect("x", { sillyOption: true })).errors[0].message, /sillyOption/);
    assert.equal((await github.fetch("/api/graphql", "POST", { no: "query" })).status, 400);
  });
});
