import assert from "node:assert/strict";
import { Registry } from "../../components/registry.ts";
import { planLifecycle } from "../../components/registry-plan.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const context = { application: "teamflow", stack: "staging", environment: "staging" };
const digest = `sha256:${"a".repeat(64)}`;

describe("the lifecycle of images", () => {
  const rules = planLifecycle(30);

  it("judges released images first, so that the rule for builds never reaches one that runs", () => {
    assert.deepEqual(
      rules.map(({ rulePriority, selection }) => [rulePriority, selection.tagPatternList, selection.countNumber]),
      [
        [1, ["released-*"], 1000],
        [2, ["*"], 30],
        [3, undefined, 14],
      ],
    );
  });

  it("expires by age only what has no tag", () => {
    for (const { selection } of rules) {
      assert.equal(selection.countType === "sinceImagePushed", selection.tagStatus === "untagged");
    }
  });
});

describe("Registry", () => {
  const run = (protect = true) =>
    runMocked(
      () => {
        const registry = new Registry("staging-registry", {
          context,
          keyArn: "key-arn",
          images: ["backend", "operator"] as const,
          protect,
        });
        return {
          uri: registry.imageUri("backend", digest),
          none: registry.imageUri("operator", undefined) === undefined,
        };
      },
      { outputs: ({ name }) => ({ repositoryUrl: `registry/${name}`, arn: `arn:${name}` }) },
    );

  it("keeps images encrypted with our key, scanned, and their tags where they are", async () => {
    const { inputs } = (await run()).one("aws:ecr/repository:Repository", "staging-registry-backend");
    assert.deepEqual(inputs, {
      name: "teamflow/staging/backend",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: "key-arn" }],
      forceDelete: false,
      tags: inputs.tags,
    });
    assert.equal((inputs.tags as Record<string, string>).Stack, "staging");
  });

  it("lets images go with an ephemeral stack only", async () => {
    const { inputs } = (await run(false)).one("aws:ecr/repository:Repository", "staging-registry-backend");
    assert.equal(inputs.forceDelete, true);
  });

  it("names an image by digest, and none while there is none", async () => {
    const { result } = await run();
    assert.deepEqual(result, { uri: `registry/staging-registry-backend@${digest}`, none: true });
  });
});
