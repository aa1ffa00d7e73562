import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { type Instruction, instructionsOf } from "./support/dockerfile.ts";

const templates = path.join(checkoutRoot, "docs/templates");
const read = (file: string) => instructionsOf(readFileSync(path.join(templates, file), "utf8"));
const last = (instructions: readonly Instruction[], name: string) =>
  instructions.findLast((instruction) => instruction.name === name)?.text;

const files = ["backend/Dockerfile", "backend/Dockerfile.dev", "frontend/Dockerfile", "frontend/Dockerfile.dev"];

describe("docs/templates", () => {
  for (const file of files) {
    const instructions = read(file);

    it(`${file} ends in an account without rights`, () => {
      assert.match(last(instructions, "USER") ?? "root", /^(10001:10001|node)$/);
    });

    it(`${file} is built upon versions that are named`, () => {
      const named = instructions.filter(({ name }) => name === "ARG" || name === "FROM").map(({ text }) => text);
      for (const image of named.join(" ").matchAll(/\b(python|node|nginx-unprivileged):(\S+)/g)) {
        assert.match(image[2] ?? "", /^\d+(\.\d+)*-(slim|alpine)$/);
      }
      assert.doesNotMatch(named.join(" "), /latest/);
    });

    it(`${file} says how to ask for its health, without curl`, () => {
      assert.match(last(instructions, "HEALTHCHECK") ?? "", /CMD \[/);
      assert.doesNotMatch(instructions.map(({ text }) => text).join("\n"), /\bcurl\b/);
    });

    it(`${file} starts its program itself, not through a shell that swallows signals`, () => {
      assert.match(last(instructions, "ENTRYPOINT") ?? last(instructions, "CMD") ?? "", /^\[".*"\]$/);
    });

    it(`${file} keeps secrets and what is built out of the image`, () => {
      const ignored = readFileSync(path.join(templates, path.dirname(file), ".dockerignore"), "utf8").split("\n");
      for (const entry of [".git", ".env", ".env.*"]) assert.ok(ignored.includes(entry), entry);
    });
  }

  it("production images run as the account that the task definition names and declare what they write to", () => {
    for (const file of ["backend/Dockerfile", "frontend/Dockerfile"]) {
      assert.equal(last(read(file), "USER"), "10001:10001");
      assert.match(last(read(file), "VOLUME") ?? "", /"\/tmp"/);
    }
  });

  it("the compiler stays out of the backend's image", () => {
    const stages = read("backend/Dockerfile");
    const final = stages.slice(stages.findLastIndex(({ name }) => name === "FROM"));
    assert.doesNotMatch(final.map(({ text }) => text).join("\n"), /gcc|apt-get/);
  });

  it("nginx listens where the load balancer asks, and writes to /tmp alone", () => {
    const conf = readFileSync(path.join(templates, "frontend/nginx.conf"), "utf8");
    assert.match(conf, /^ {8}listen 3000;$/m);
    assert.match(conf, /location = \/health/);
    for (const written of conf.matchAll(/^\s*(pid|\w+_temp_path) (\S+);/gm)) assert.match(written[2] ?? "", /^\/tmp\//);
    assert.equal([...conf.matchAll(/_temp_path/g)].length, 5);
  });

  it("nginx sets its security headers once, in the server, where no location switches them off", () => {
    const conf = readFileSync(path.join(templates, "frontend/nginx.conf"), "utf8");
    const locations = conf.slice(conf.search(/^ +location /m));
    assert.doesNotMatch(locations, /add_header/);
    for (const header of ["Content-Security-Policy", "X-Content-Type-Options", "Strict-Transport-Security"]) {
      assert.match(conf, new RegExp(`add_header ${header} .* always;`));
    }
    assert.doesNotMatch(conf, /script-src[^;]*unsafe|default-src[^;]*unsafe/);
  });

  it("nginx's braces and semicolons are in order", () => {
    const text = readFileSync(path.join(templates, "frontend/nginx.conf"), "utf8")
      .replace(/^\s*#.*$/gm, "")
      .replace(/"[^"]*"|'[^']*'/g, '""');
    assert.equal(text.split("{").length, text.split("}").length);
    for (const statement of text.split(/[;{}]/).map((part) => part.trim())) {
      assert.doesNotMatch(statement, /\n\s*(add_header|location|listen|gzip|root|return|map)\b/, statement);
    }
  });

  it("is explained by a page that names every file", () => {
    const page = readFileSync(path.join(templates, "README.md"), "utf8");
    for (const name of ["Dockerfile", "Dockerfile.dev", ".dockerignore", "nginx.conf"]) assert.ok(page.includes(name));
    assert.ok(existsSync(path.join(checkoutRoot, "compose.yaml")));
  });
});
