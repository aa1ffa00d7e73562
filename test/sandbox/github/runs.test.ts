import assert from "node:assert/strict";
import { type Answer, TestGitHub } from "./support.ts";

const repo = "/repos/teamflow/teamflow";
const sha = "0123456789abcdef0123456789abcdef01234567";
const tags = { protected_branches: false, custom_branch_policies: true };

describe("local GitHub: runs of workflows", () => {
  let github: TestGitHub;
  let now = new Date("2026-12-01T15:00:00Z");
  const gates = new Map<string, number>();

  before(async () => {
    github = await TestGitHub.start({ clock: () => now });
    for (const [name, team] of [
      ["production.cto", "cto"],
      ["production.release-manager", "release-manager"],
    ] as const) {
      const { id } = (await github.api("GET", `/orgs/teamflow/teams/${team}`)).body;
      await gate(name, {
        prevent_self_review: true,
        reviewers: [{ type: "Team", id }],
        deployment_branch_policy: tags,
      });
    }
    await gate("production", { wait_timer: 10, deployment_branch_policy: tags });
  });
  after(() => github.remove());

  async function gate(name: string, body: object): Promise<void> {
    gates.set(name, (await github.api("PUT", `${repo}/environments/${name}`, body)).body.id);
    await github.api("POST", `${repo}/environments/${name}/deployment-branch-policies`, {
      name: "v*.*.*",
      type: "tag",
    });
  }
  const jobs = [
    { name: "cto", environment: "production.cto" },
    { name: "release-manager", environment: "production.release-manager" },
    { name: "deploy", environment: "production", needs: ["cto", "release-manager"] },
  ];
  const start = (changes: object = {}, as = "amara-okafor"): Promise<Answer> =>
    github.fetch(
      "/_slipway/runs",
      "POST",
      { repository: "teamflow", workflow: "promote.yml", ref: "refs/tags/v1.2.3", sha, jobs, ...changes },
      { as },
    );
  const run = async (id: number): Promise<[string, string | null]> => {
    const { body } = await github.api("GET", `${repo}/actions/runs/${id}`);
    return [body.status, body.conclusion];
  };
  const pending = async (id: number, as?: string): Promise<Record<string, boolean>> => {
    const options = as === undefined ? {} : { as };
    const { body } = await github.api("GET", `${repo}/actions/runs/${id}/pending_deployments`, undefined, options);
    return Object.fromEntries(
      body.map((item: { environment: { name: string }; current_user_can_approve: boolean }) => [
        item.environment.name,
        item.current_user_can_approve,
      ]),
    );
  };
  const review = (id: number, name: string, as: string, state = "approved"): Promise<Answer> =>
    github.api(
      "POST",
      `${repo}/actions/runs/${id}/pending_deployments`,
      { environment_ids: [gates.get(name)], state, comment: `${as} says so` },
      { as },
    );

  it("waits for every gate, tells who opened which, and ends when the wait is over", async () => {
    const { body, status } = await start();
    assert.equal(status, 201);
    assert.deepEqual(
      [body.name, body.head_branch, body.path, body.actor.login],
      ["promote", "v1.2.3", ".github/workflows/promote.yml", "amara-okafor"],
    );
    assert.deepEqual(await pending(body.id, "elena-rossi"), {
      "production.cto": true,
      "production.release-manager": false,
    });

    assert.equal((await review(body.id, "production.cto", "elena-rossi")).status, 200);
    assert.deepEqual(Object.keys(await pending(body.id)), ["production.release-manager"]);
    now = new Date("2026-12-01T16:00:00Z");
    const second = await review(body.id, "production.release-manager", "yuki-sato");
    assert.deepEqual(
      second.body.map((item: { environment: string; ref: string }) => [item.environment, item.ref]),
      [["production.release-manager", "refs/tags/v1.2.3"]],
    );
    assert.deepEqual(await pending(body.id), { production: false }, "the wait begins when both have approved");
    assert.deepEqual(await run(body.id), ["waiting", null]);
    now = new Date("2026-12-01T16:10:00Z");
    assert.deepEqual(await run(body.id), ["completed", "success"]);

    const approvals = (await github.api("GET", `${repo}/actions/runs/${body.id}/approvals`)).body;
    assert.deepEqual(
      approvals.map(
        (item: { environments: { name: string }[]; user: { login: string }; state: string; comment: string }) => [
          item.environments.map(({ name }) => name),
          item.user.login,
          item.state,
          item.comment,
        ],
      ),
      [
        [["production.cto"], "elena-rossi", "approved", "elena-rossi says so"],
        [["production.release-manager"], "yuki-sato", "approved", "yuki-sato says so"],
      ],
    );
  });

  it("lets nobody review who is no reviewer, who started the run, or whose gate has been reviewed", async () => {
    const own = (await start({}, "mei-tanaka")).body.id;
    assert.equal((await review(own, "production.cto", "mei-tanaka")).status, 403, "self review");
    assert.equal((await review(own, "production.cto", "yuki-sato")).status, 403, "another team");
    assert.equal((await review(own, "production", "elena-rossi")).status, 422, "not waiting yet");
    assert.equal((await review(own, "production.cto", "elena-rossi")).status, 200);
    assert.equal((await review(own, "production.cto", "elena-rossi")).status, 422, "reviewed already");
  });

  it("ends with the first rejection, and never comes to the job that needed it", async () => {
    const { id } = (await start()).body;
    await review(id, "production.release-manager", "hannah-cohen", "rejected");
    await review(id, "production.cto", "elena-rossi");
    assert.deepEqual(await pending(id), {});
    assert.deepEqual(await run(id), ["completed", "failure"]);
  });

  it("fails a job whose environment does not admit the ref", async () => {
    const { id } = (await start({ ref: "refs/heads/v1.2.3" })).body;
    assert.deepEqual(await run(id), ["completed", "failure"]);
    assert.deepEqual(await run((await start({ ref: "refs/tags/v1/2.3.4" })).body.id), ["completed", "failure"]);
  });

  it("lets a pull request's workflow deploy where the pattern says so", async () => {
    const name = "feature.team-lead";
    const { id } = (await github.api("GET", "/orgs/teamflow/teams/team-lead")).body;
    await github.api("PUT", `${repo}/environments/${name}`, {
      reviewers: [{ type: "Team", id }],
      deployment_branch_policy: tags,
    });
    await github.api("POST", `${repo}/environments/${name}/deployment-branch-policies`, { name: "refs/pull/*/merge" });
    const jobs = [{ name: "approve", environment: name }];
    const waiting = (await start({ ref: "refs/pull/7/merge", jobs })).body.id;
    assert.deepEqual(await pending(waiting, "lena-fischer"), { [name]: true });
    assert.deepEqual(await run((await start({ ref: "refs/heads/main", jobs })).body.id), ["completed", "failure"]);
  });

  for (const [what, changes, as, status] of [
    ["a workflow that is no file's name", { workflow: "../promote.yml" }, "amara-okafor", 422],
    ["a job that needs a later one", { jobs: [{ name: "a", needs: ["b"] }, { name: "b" }] }, "amara-okafor", 422],
    ["a repository that does not exist", { repository: "other" }, "amara-okafor", 404],
    ["somebody who may only read", {}, "ingrid-berg", 403],
  ] as const) {
    it(`refuses to start a run for ${what}`, async () => assert.equal((await start(changes, as)).status, status));
  }

  it("refuses to start a run without a token", async () => {
    const answer = await fetch(`${github.url}/_slipway/runs`, {
      method: "POST",
      body: JSON.stringify({
        repository: "teamflow",
        workflow: "a.yml",
        ref: "refs/heads/main",
        sha,
        jobs: [{ name: "a" }],
      }),
    });
    assert.equal(answer.status, 401);
  });

  it("retires the earlier deployment of an environment that is not production", async () => {
    const deploy = async (): Promise<number> => {
      const { id } = (await github.api("POST", `${repo}/deployments`, { ref: "main", environment: "staging" })).body;
      await github.api("POST", `${repo}/deployments/${id}/statuses`, { state: "success" });
      return id;
    };
    const [first, second] = [await deploy(), await deploy()];
    const newest = async (id: number) => (await github.api("GET", `${repo}/deployments/${id}/statuses`)).body[0].state;
    assert.deepEqual([await newest(first), await newest(second)], ["inactive", "success"]);
    const listed = (await github.api("GET", `${repo}/deployments?environment=staging`)).body;
    assert.deepEqual(
      listed.map(({ id }: { id: number }) => id),
      [second, first],
    );
  });

  it("had no defect", () =>
    assert.deepEqual(
      github.log.filter((line) => line.startsWith("DEFECT")),
      [],
    ));
});
