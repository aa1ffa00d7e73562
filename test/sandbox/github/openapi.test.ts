import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createApp } from "../../../sandbox/github/app.ts";
import { readDescription } from "../../../sandbox/github/openapi/description.ts";
import { referencedSchemas, toJsonSchema } from "../../../sandbox/github/openapi/json-schema.ts";
import { InvalidAnswer, Validator } from "../../../sandbox/github/openapi/validate.ts";
import { seedState } from "../../../sandbox/github/seed.ts";
import { Store } from "../../../sandbox/github/store.ts";
import { Tokens } from "../../../sandbox/github/tokens.ts";
import { Links } from "../../../sandbox/github/views/links.ts";

describe("local GitHub: from OpenAPI to JSON Schema", () => {
  const table: readonly [what: string, from: object, to: object][] = [
    [
      "prose and extensions go",
      { type: "string", description: "d", example: 1, "x-y": 2, default: "a" },
      { type: "string" },
    ],
    ["nullable becomes a type", { type: "integer", nullable: true }, { type: ["integer", "null"] }],
    [
      "a nullable enum holds null",
      { type: "string", nullable: true, enum: ["a"] },
      { type: ["string", "null"], enum: ["a", null] },
    ],
    [
      "nullable without a type becomes a choice",
      { nullable: true, anyOf: [] },
      { anyOf: [{ type: "null" }, { anyOf: [] }] },
    ],
    [
      "properties may be called like keywords",
      { properties: { description: { type: "string" }, nullable: { type: "boolean" } } },
      { properties: { description: { type: "string" }, nullable: { type: "boolean" } } },
    ],
    ["formats that are only hints go", { type: "string", format: "timezone" }, { type: "string" }],
    [
      "a homepage need be no URL",
      { properties: { homepage: { type: "string", format: "uri" } } },
      { properties: { homepage: { type: "string" } } },
    ],
    ["references lead into our document", { $ref: "#/components/schemas/team" }, { $ref: "github#/schemas/team" }],
  ];
  for (const [what, from, to] of table) {
    it(what, () => assert.deepEqual(toJsonSchema(from as never), to));
  }

  it("finds references at any depth", () => {
    const schema = toJsonSchema({
      items: { anyOf: [{ $ref: "#/components/schemas/a" }, { properties: { b: { $ref: "#/components/schemas/b" } } }] },
    });
    assert.deepEqual(referencedSchemas(schema), ["a", "b"]);
  });

  it("refuses a reference that it cannot follow", () => {
    assert.throws(() => toJsonSchema({ $ref: "other.json#/x" }), /cannot follow the reference other\.json/);
  });

  it("has kept every schema that another one needs", () => {
    const description = readDescription();
    const known = new Set(Object.keys(description.schemas));
    const needed = referencedSchemas({ operations: description.operations, schemas: description.schemas } as never);
    assert.deepEqual(
      needed.filter((name) => !known.has(name)),
      [],
    );
    for (const name of known) {
      assert.ok(needed.includes(name) || ["basic-error", "validation-error"].includes(name), `${name} is not needed`);
    }
  });
});

describe("local GitHub: answers of its own", () => {
  const validator = new Validator();

  it("refuses an answer that lacks what GitHub promises", () => {
    assert.throws(
      () => validator.answer("repos/get-environment", 200, { id: 1 }),
      (error: Error) => {
        assert.ok(error instanceof InvalidAnswer);
        assert.match(
          error.message,
          /the answer 200 to repos\/get-environment is not as GitHub describes it: \/ must have required property/,
        );
        return true;
      },
    );
  });

  it("refuses a status that is not described, and a body where there is none", () => {
    assert.throws(() => validator.answer("repos/get-environment", 202, {}), /this status is not described/);
    assert.throws(() => validator.answer("repos/delete-an-environment", 204, {}), /it has a body/);
  });

  it("answers 500, logs what was wrong, and keeps no change when an answer is not as described", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "slipway-github-answer-"));
    const tokenFile = path.join(folder, "token");
    writeFileSync(tokenFile, "a-token-of-twenty-characters");
    const store = await Store.open(path.join(folder, "data"), () => seedState("2026-01-01T00:00:00Z"));
    try {
      const description = readDescription();
      const schemas = { ...description.schemas, topic: { required: ["impossible"] } };
      const log: string[] = [];
      const app = createApp({
        store,
        tokens: await Tokens.load(tokenFile, path.join(folder, "data"), store.current),
        validator: new Validator({ ...description, schemas }),
        links: () => new Links("http://127.0.0.1:1"),
        clock: () => new Date(0),
        log: (line) => log.push(line),
        observe: () => undefined,
      });
      const response = await app.request("http://127.0.0.1:1/api/v3/repos/teamflow/teamflow/topics", {
        method: "PUT",
        headers: { authorization: "Bearer a-token-of-twenty-characters", host: "127.0.0.1:1" },
        body: JSON.stringify({ names: ["changed"] }),
      });
      assert.equal(response.status, 500);
      assert.ok(
        log.some((line) => /DEFECT in PUT .*topics.*must have required property 'impossible'/.test(line)),
        log.join("\n"),
      );
      assert.deepEqual(store.current.repositories[0]?.topics, ["teamflow"]);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
