import assert from "node:assert/strict";
import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { TestGitHub } from "./support.ts";

const repo = "/repos/teamflow/teamflow";

describe("local GitHub: protocol", () => {
  let github: TestGitHub;

  before(async () => {
    github = await TestGitHub.start();
  });
  after(() => github.remove());

  describe("who asks", () => {
    it("wants a token", async () => {
      const response = await fetch(`${github.url}/api/v3/user`);
      assert.equal(response.status, 401);
      assert.equal(((await response.json()) as { message: string }).message, "Requires authentication");
    });

    for (const header of ["Bearer wrong-token-wrong-token", "Basic Ym90Og==", "Bearer", "token "]) {
      it(`refuses the Authorization header ${JSON.stringify(header)}`, async () => {
        const response = await fetch(`${github.url}/api/v3/user`, { headers: { authorization: header } });
        assert.equal(response.status, 401);
        assert.equal(((await response.json()) as { message: string }).message, "Bad credentials");
      });
    }

    it("wants a token for GraphQL and for unknown addresses too", async () => {
      assert.equal((await fetch(`${github.url}/api/graphql`, { method: "POST", body: "{}" })).status, 401);
      assert.equal((await fetch(`${github.url}/api/v3/nothing`)).status, 401);
    });

    it("takes both schemes, and knows the bot and each person", async () => {
      const asToken = await github.api("GET", "/user", undefined, {
        headers: { authorization: `token ${github.token}` },
      });
      assert.equal(asToken.body.login, "slipway-bot");
      assert.equal((await github.api("GET", "/user", undefined, { as: "mei-tanaka" })).body.login, "mei-tanaka");
    });

    it("tells a person's teams, which give the roles", async () => {
      const { body } = await github.api("GET", "/user/teams", undefined, { as: "mei-tanaka" });
      assert.deepEqual(
        body.map((team: { slug: string }) => team.slug),
        ["tech-lead", "cto"],
      );
    });

    it("tells what a person may do in a repository", async () => {
      const { body } = await github.api("GET", repo, undefined, { as: "amara-okafor" });
      assert.deepEqual(body.permissions, { pull: true, triage: true, push: true, maintain: false, admin: false });
      assert.equal(body.security_and_analysis, undefined);
    });
  });

  describe("names", () => {
    it("finds repositories, users, teams and environments in any letter case", async () => {
      await github.api("PUT", `${repo}/environments/Dev`, {});
      for (const path of [
        "/repos/TeamFlow/TEAMFLOW",
        "/users/Mei-Tanaka",
        "/orgs/TEAMFLOW/teams/CTO",
        `${repo}/environments/dEV`,
      ]) {
        assert.equal((await github.api("GET", path)).status, 200, path);
      }
      assert.equal((await github.api("GET", `${repo}/environments/dev`)).body.name, "Dev");
    });

    it("keeps an environment's name whatever characters it has", async () => {
      const text = fc
        .string({ unit: "binary", minLength: 1, maxLength: 40 })
        .filter((name) => name.trim() !== "" && name.isWellFormed());
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(text, fc.constantFrom("a/b", "100%25", "%2F", "..", ".", "a b+c", "é/ü", "?#")),
          async (name) => {
            const path = `${repo}/environments/${encodeURIComponent(name)}`;
            if (name === "." || name === "..") return; // URL parsers resolve these before they are sent
            assert.equal((await github.api("PUT", path, {})).body.name, name);
            assert.equal((await github.api("GET", path)).body.name, name);
            assert.equal((await github.api("DELETE", path)).status, 204);
            assert.equal((await github.api("GET", path)).status, 404);
          },
        ),
        { numRuns: 40 },
      );
    });

    it("answers by number where go-github asks so", async () => {
      const team = (await github.api("GET", "/orgs/teamflow/teams/cto")).body;
      const id = (await github.api("GET", repo)).body.id;
      assert.deepEqual((await github.api("GET", `/organizations/10000/team/${team.id}`)).body, team);
      const members = await github.api("GET", `/organizations/10000/team/${team.id}/members`);
      assert.deepEqual(
        members.body.map((user: { login: string }) => user.login),
        ["mei-tanaka", "elena-rossi"],
      );
      await github.api("PUT", `${repo}/environments/a%2Fb`, {});
      assert.ok((await github.api("GET", `/repositories/${id}/environments/a%2Fb/secrets/public-key`)).body.key_id);
      const granted = await github.api("PUT", `/organizations/10000/team/${team.id}/repos/teamflow/teamflow`, {
        permission: "admin",
      });
      assert.equal(granted.status, 204);
    });
  });

  describe("entity tags", () => {
    it("answers 304 while nothing has changed, and anew when it has", async () => {
      const first = await github.api("GET", repo);
      const tag = first.headers.get("etag") ?? "";
      const headers = { "if-none-match": tag };
      const second = await github.api("GET", repo, undefined, { headers });
      assert.deepEqual([second.status, second.body], [304, ""]);
      await github.api("PATCH", repo, { description: `changed ${Date.now()}` });
      assert.equal((await github.api("GET", repo, undefined, { headers })).status, 200);
    });

    it("gives a change the tag of what can be read afterwards", async () => {
      const made = await github.api("POST", "/orgs/teamflow/teams", { name: "tagged" });
      const read = await github.api("GET", `/organizations/10000/team/${made.body.id}`);
      assert.equal(made.headers.get("etag"), read.headers.get("etag"));
    });
  });

  describe("pages", () => {
    it("leads through a list by its Link header", async () => {
      const seen: string[] = [];
      let path: string | undefined = "/orgs/teamflow/teams?per_page=5";
      for (let turns = 0; path && turns < 10; turns += 1) {
        const answer = await github.api("GET", path);
        seen.push(...answer.body.map((team: { slug: string }) => team.slug));
        const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
        path = next?.slice(`${github.url}/api/v3`.length);
      }
      const all = (await github.api("GET", "/orgs/teamflow/teams?per_page=100")).body.map(
        (team: { slug: string }) => team.slug,
      );
      assert.deepEqual(seen, all);
    });

    it("gives 30 of a list unless told, and 100 at most", async () => {
      for (let index = 0; index < 105; index += 1) {
        await github.api("PUT", `${repo}/environments/page-${index}`, {});
      }
      const count = async (query: string) =>
        (await github.api("GET", `${repo}/environments${query}`)).body.environments.length;
      assert.deepEqual([await count(""), await count("?per_page=1000"), await count("?per_page=0")], [30, 100, 1]);
      assert.ok((await github.api("GET", `${repo}/environments`)).body.total_count >= 105);
    });
  });

  describe("headers and hosts", () => {
    it("sends what GitHub's clients look at, on refusals too", async () => {
      for (const path of [repo, "/repos/teamflow/nothing"]) {
        const { headers } = await github.api("GET", path);
        assert.equal(headers.get("x-ratelimit-remaining"), "15000");
        assert.ok(headers.get("x-github-request-id"));
        assert.equal(headers.get("x-content-type-options"), "nosniff");
      }
    });

    it("refuses a page elsewhere that points its own name at this machine", async () => {
      const { port } = new URL(github.url);
      const status = await new Promise((resolve, reject) => {
        const sent = http.get({ host: "127.0.0.1", port, path: "/", headers: { host: "evil.example" } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on("error", reject);
      });
      assert.equal(status, 421);
    });

    it("does not take a request that was cut off for a defect of its own", async () => {
      github.log.length = 0;
      const { port } = new URL(github.url);
      const headers = { authorization: `Bearer ${github.token}`, "content-length": 1000 };
      const sent = http.request({
        host: "127.0.0.1",
        port,
        method: "PUT",
        path: `/api/v3${repo}/environments/cut`,
        headers,
      });
      sent.on("error", () => undefined);
      sent.write("{");
      await pause(100);
      sent.destroy();
      for (let turn = 0; turn < 100 && github.log.length === 0; turn += 1) await pause(20);
      assert.match(github.log.join("\n"), /^PUT .*environments\/cut 400 /);
      assert.equal((await github.api("GET", `${repo}/environments/cut`)).status, 404);
    });

    it("writes one line for each request, without tokens, queries or line breaks", async () => {
      github.log.length = 0;
      await github.api("GET", `${repo}/environments/a%0Ab?secret=in-the-query`);
      assert.equal(github.log.length, 1);
      assert.match(
        github.log[0] ?? "",
        /^GET \/api\/v3\/repos\/teamflow\/teamflow\/environments\/a%0Ab 404 \d+ms slipway-bot$/,
      );
    });
  });
});
