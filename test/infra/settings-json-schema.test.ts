import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { schemaFile, stackFileSchema, stackFileSchemaText } from "../../infra/settings-json-schema.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";

const read = (stack: string) => readFileSync(path.join(checkoutRoot, `Pulumi.${stack}.yaml`), "utf8");

describe("infra/settings-json-schema", () => {
  const validate = new Ajv2020({ strict: false, formats: { email: true } }).compile(stackFileSchema());

  it("is written down as it is now (npm run settings:schema)", () => {
    assert.equal(readFileSync(schemaFile, "utf8"), stackFileSchemaText());
  });

  for (const stack of ["dev", "staging", "prod"]) {
    it(`accepts Pulumi.${stack}.yaml, which names it to the editor`, () => {
      assert.ok(validate(parse(read(stack))), JSON.stringify(validate.errors));
      assert.match(read(stack), /^# yaml-language-server: \$schema=infra\/settings\.schema\.json\n/);
    });
  }

  it("lets the providers' own settings pass", () => {
    const file = parse(read("dev"));
    file.config["aws:maxRetries"] = 2;
    file.encryptionsalt = "v1:x";
    assert.ok(validate(file));
  });

  for (const [title, change] of [
    ["an unknown setting", { "slipway:platfrom": "local" }],
    ["an unknown key in a group", { "slipway:logs": { days: 3 } }],
    ["a value of the wrong kind", { "slipway:platform": "cloud" }],
  ] as const) {
    it(`refuses ${title}`, () => {
      const file = parse(read("dev"));
      Object.assign(file.config, change);
      assert.equal(validate(file), false);
    });
  }

  it("describes every setting to the person who edits it", () => {
    const { config } = stackFileSchema().properties as {
      config: { properties: Record<string, { description?: string }> };
    };
    const silent = Object.entries(config.properties).filter(([, { description }]) => !description);
    assert.deepEqual(silent, []);
  });
});
