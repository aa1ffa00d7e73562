import assert from "node:assert/strict";
import {
  observedUpdates,
  type StackUpdate,
  stackHistorySchema,
  updateMessage,
} from "../../../delivery/evidence/observed-updates.ts";
import type { Deployment } from "../../../delivery/release/model.ts";

const deployment = (id: number, environment: string, startedAt: string, endedAt?: string) =>
  ({ id, environment, startedAt, ...(endedAt !== undefined && { endedAt }) }) as Deployment;

const deployments = [
  deployment(7, "pre-production", "2026-12-01T10:00:00.500Z", "2026-12-01T10:10:00Z"),
  deployment(8, "production", "2026-12-01T11:00:00.900Z", "2026-12-01T11:10:00Z"),
  deployment(9, "production", "2026-12-01T12:00:00Z"),
  deployment(10, "staging", "2026-12-01T13:00:00Z", "2026-12-01T13:10:00Z"),
];

const seen = (...updates: readonly StackUpdate[]) =>
  observedUpdates({ stack: "prod", environments: ["pre-production", "production"], updates }, deployments).map(
    ({ deployment: id, environment }) => [environment, id],
  );
const update = (startTime: string, message?: string, more: Partial<StackUpdate> = {}): StackUpdate => ({
  kind: "update",
  startTime,
  resourceChanges: { update: 1 },
  ...(message !== undefined && { message }),
  ...more,
});

describe("updates of a stack, as changes that somebody has to have asked for", () => {
  it("belong to the deployment that they name and that was under way, of whichever environment of the stack", () => {
    assert.deepEqual(
      seen(
        update("2026-12-01T10:00:00Z", updateMessage(7)),
        update("2026-12-01T11:05:00Z", updateMessage(8)),
        update("2026-12-01T12:30:00Z", updateMessage(9)),
      ),
      [
        ["pre-production", 7],
        ["production", 8],
        ["production", 9],
      ],
    );
  });

  it("belong to none by a name alone: too early, too late, of another stack, or of none there is", () => {
    for (const [at, id] of [
      ["2026-12-01T09:59:59Z", 7],
      ["2026-12-01T10:10:01Z", 7],
      ["2026-12-01T13:05:00Z", 10],
      ["2026-12-01T11:05:00Z", 11],
    ] as const)
      assert.deepEqual(seen(update(at, updateMessage(id))), [["production", undefined]], `${at} ${id}`);
    assert.deepEqual(seen(update("2026-12-01T11:05:00Z", "deployment 8, really")), [["production", undefined]]);
  });

  it("are held against the last environment when nobody asked for them, destroying ones and broken off ones too", () => {
    for (const more of [{}, { kind: "destroy" }, { resourceChanges: undefined }])
      assert.deepEqual(seen(update("2026-12-01T15:00:00Z", "by hand", more as Partial<StackUpdate>)), [
        ["production", undefined],
      ]);
  });

  it("are left out when they change nothing and name no deployment; those that name one show that it was carried out", () => {
    const nothing = { resourceChanges: { same: 400, read: 2, update: 0 } };
    assert.deepEqual(seen(update("2026-12-01T15:00:00Z", "by hand", nothing)), []);
    assert.deepEqual(seen(update("2026-12-01T15:00:00Z", "x", { kind: "refresh" })), []);
    assert.deepEqual(seen(update("2026-12-01T11:05:00Z", updateMessage(8), nothing)), [["production", 8]]);
  });

  it("are read of what the engine prints", () => {
    const printed = [
      {
        version: 0,
        kind: "update",
        startTime: "2026-12-01T03:43:36.000Z",
        message: "deployment 8",
        environment: { "exec.kind": "cli" },
        config: {},
        result: "succeeded",
        endTime: "2026-12-01T03:45:13.000Z",
        resourceChanges: { create: 450 },
      },
    ];
    assert.equal(stackHistorySchema.parse(printed)[0]?.message, "deployment 8");
  });
});
