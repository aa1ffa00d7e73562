import assert from "node:assert/strict";
import { misfitOf } from "../../infra/fargate.ts";

describe("infra/fargate", () => {
  for (const [cpu, memoryMiB] of [
    [256, 512],
    [256, 1024],
    [256, 2048],
    [512, 4096],
    [1024, 2048],
    [4096, 30720],
    [8192, 20480],
    [16384, 122880],
  ] as const) {
    it(`has tasks of ${cpu} CPU units and ${memoryMiB} MiB`, () =>
      assert.equal(misfitOf({ cpu, memoryMiB }), undefined));
  }

  for (const [cpu, memoryMiB, field] of [
    [300, 512, "cpu"],
    [0, 0, "cpu"],
    [256, 1536, "memoryMiB"],
    [256, 3072, "memoryMiB"],
    [512, 512, "memoryMiB"],
    [8192, 17408, "memoryMiB"],
    [16384, 131072, "memoryMiB"],
  ] as const) {
    it(`has no tasks of ${cpu} CPU units and ${memoryMiB} MiB, because of ${field}`, () =>
      assert.equal(misfitOf({ cpu, memoryMiB })?.field, field));
  }
});
