import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SandboxError } from "../../../sandbox/errors.ts";
import { sealed, TestGitHub } from "./support.ts";

const repo = "/repos/teamflow/teamflow";

describe("local GitHub: store", () => {
  let github: TestGitHub;

  beforeEach(() => {
    github = new TestGitHub();
  });
  afterEach(() => github.remove());

  const stateFile = () => path.join(github.data, "state.json");
  const state = () => JSON.parse(readFileSync(stateFile(), "utf8"));

  it("begins with the organization, the repository and the teams of the release process, two members each at least", async () => {
    await github.start();
    const teams = (await github.api("GET", "/orgs/teamflow/teams?per_page=100")).body.map(
      (team: { slug: string }) => team.slug,
    );
    const wanted =
      "ai-lead ceo cto dba developers devops-lead engineering-manager on-call product-owner qa-lead release-manager security-lead team-lead tech-lead";
    assert.deepEqual(teams.toSorted(), wanted.split(" "));
    for (const slug of teams) {
      const members = (await github.api("GET", `/orgs/teamflow/teams/${slug}/members`)).body;
      assert.ok(members.length >= 2, slug);
      assert.equal((await github.api("GET", `/orgs/teamflow/teams/${slug}${repo}`)).status, 204, slug);
    }
    assert.equal((await github.api("GET", repo)).body.default_branch, "main");
  });

  it("remembers everything over a restart: ids, node ids, times, tokens", async () => {
    await github.start();
    await github.api("PUT", `${repo}/environments/dev`, { wait_timer: 5 });
    const read = async () => [
      (await github.api("GET", `${repo}/environments/dev`)).body.id,
      (await github.api("GET", `${repo}/environments/dev`)).body.created_at,
      (await github.api("GET", "/orgs/teamflow/teams/cto")).body.node_id,
      (await github.api("GET", `${repo}/actions/secrets/public-key`)).body.key,
      (await github.api("GET", "/user", undefined, { as: "grace-kim" })).body.id,
      github.tokenOf("grace-kim"),
    ];
    const before = await read();
    await github.stop();
    await github.start();
    assert.deepEqual(await read(), before);
  });

  it("never gives an id twice", async () => {
    await github.start();
    const first = (await github.api("PUT", `${repo}/environments/dev`, {})).body.id;
    await github.api("DELETE", `${repo}/environments/dev`);
    await github.stop();
    await github.start();
    assert.ok((await github.api("PUT", `${repo}/environments/dev`, {})).body.id > first);
  });

  it("keeps its files to itself and leaves none behind", async () => {
    await github.start();
    await github.api("PUT", `${repo}/environments/dev`, {});
    assert.deepEqual(readdirSync(github.data).sort(), ["lock", "person-tokens.json", "state.json"]);
    assert.equal(statSync(github.data).mode & 0o777, 0o700);
    for (const file of ["person-tokens.json", "state.json"]) {
      assert.equal(statSync(path.join(github.data, file)).mode & 0o777, 0o600, file);
    }
  });

  it("holds no token in its state, and of a secret only what was sealed", async () => {
    await github.start();
    const { key_id } = (await github.api("GET", `${repo}/actions/secrets/public-key`)).body;
    await github.api("PUT", `${repo}/actions/secrets/A`, { key_id, encrypted_value: sealed });
    const text = readFileSync(stateFile(), "utf8");
    assert.ok(text.includes(sealed));
    for (const token of [github.token, github.tokenOf("grace-kim")]) assert.ok(!text.includes(token));
    assert.ok(!JSON.stringify((await github.api("GET", `${repo}/actions/secrets/A`)).body).includes(sealed));
  });

  const damages: readonly [string, (text: string) => string][] = [
    ["cut off", (text) => text.slice(0, text.length / 2)],
    ["empty", () => ""],
    ["of another version", (text) => text.replace('"version": 1', '"version": 2')],
    ["with a word for a number", (text) => text.replace(/"next_id": \d+/, '"next_id": "many"')],
    ["with something unknown", (text) => text.replace('"version": 1', '"version": 1, "extra": true')],
  ];
  for (const [what, damage] of damages) {
    it(`refuses a state that is ${what}, says where and what to do, and leaves it as it is`, async () => {
      await github.start();
      await github.stop();
      const damaged = damage(readFileSync(stateFile(), "utf8"));
      writeFileSync(stateFile(), damaged);
      await assert.rejects(github.start(), (error: Error) => {
        assert.ok(error instanceof SandboxError);
        assert.match(error.message, /state is damaged/);
        assert.ok(error.message.includes(stateFile()));
        assert.match(error.message, /sandbox reset github/);
        return true;
      });
      assert.equal(readFileSync(stateFile(), "utf8"), damaged);
    });
  }

  it("refuses a folder that another local GitHub serves", async () => {
    await github.start();
    const second = new TestGitHub();
    try {
      await assert.rejects(second.start({ data: github.data }), /Another process serves this local GitHub/);
    } finally {
      await second.remove();
    }
  }).timeout(20_000);

  it("refuses a token file that is missing or too short, and a damaged file of people's tokens", async () => {
    await assert.rejects(github.start({ tokenFile: path.join(github.folder, "none") }), /SLIPWAY_GITHUB_TOKEN_FILE/);
    writeFileSync(github.tokenFile, "short");
    await assert.rejects(github.start(), /fewer than 20 characters/);
    writeFileSync(github.tokenFile, github.token);
    writeFileSync(path.join(github.data, "person-tokens.json"), "{");
    await assert.rejects(github.start(), /tokens of the local GitHub's people are damaged/);
  });

  it("does every one of many changes at once", async () => {
    await github.start();
    const names = Array.from({ length: 60 }, (_, index) => `V_${index}`);
    const answers = await Promise.all(
      names.map((name) => github.api("POST", `${repo}/actions/variables`, { name, value: name })),
    );
    assert.ok(answers.every((answer) => answer.status === 201));
    assert.deepEqual(
      state()
        .repositories[0].variables.map((item: { name: string }) => item.name)
        .toSorted(),
      names.toSorted(),
    );
  });

  it("lets one of many win the same name", async () => {
    await github.start();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => github.api("POST", `${repo}/actions/variables`, { name: "ONE", value: "" })),
    );
    assert.deepEqual(answers.map((answer) => answer.status).toSorted(), [201, ...Array(19).fill(409)]);
  });

  it("acknowledges nothing that it could not write, and goes on when it can again", async () => {
    await github.start();
    const aside = `${stateFile()}.new`;
    mkdirSync(path.join(aside, "in-the-way"), { recursive: true });
    assert.equal((await github.api("PUT", `${repo}/environments/dev`, {})).status, 500);
    assert.equal((await github.api("GET", `${repo}/environments/dev`)).status, 404);
    rmSync(aside, { recursive: true });
    assert.equal((await github.api("PUT", `${repo}/environments/dev`, {})).status, 200);
  });
});
