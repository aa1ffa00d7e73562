import assert from "node:assert/strict";
import { Keys } from "../../components/keys.ts";
import { type KeyPurpose, planKeyPolicy } from "../../components/keys-plan.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

interface Statement {
  readonly Sid: string;
  readonly Principal: { readonly AWS?: string; readonly Service?: string | string[] };
  readonly Action: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;
}

const context = { application: "teamflow", stack: "staging", environment: "staging" };
const scope = { context, accountId: "123456789012", region: "us-west-2" };
const all: readonly KeyPurpose[] = [
  "alarms",
  "backup",
  "cache",
  "database",
  "kubernetes",
  "logs",
  "registry",
  "secrets",
  "storage",
];

const statements = (purpose: KeyPurpose, stack = "staging"): Statement[] =>
  JSON.parse(planKeyPolicy(purpose, { ...scope, context: { ...context, stack } })).Statement;
const services = (purpose: KeyPurpose) =>
  statements(purpose).flatMap(({ Condition }) => Condition?.StringEquals?.["kms:ViaService"] ?? []);
const principals = (purpose: KeyPurpose) => statements(purpose).flatMap(({ Principal }) => Principal.Service ?? []);

/** Whether ArnLike holds, as IAM has it: `*` is any text. */
const like = (pattern: string, arn: string) =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((text) => text.replaceAll(/[/.-]/g, "\\$&"))
      .join(".*")}$`,
  ).test(arn);

function build(purposes: readonly KeyPurpose[], protect = true) {
  return runMocked(
    () => {
      const keys = new Keys("staging-keys", {
        context,
        accountId: "123456789012",
        region: "us-west-2",
        protect,
        purposes,
      });
      return Object.fromEntries(purposes.map((purpose) => [purpose, keys.arn(purpose)]));
    },
    { stack: "staging", outputs: ({ name }) => ({ arn: `arn:${name}`, keyId: `${name}-id` }) },
  );
}

describe("components/keys", () => {
  const key = "aws:kms/key:Key";

  it("makes a key for each purpose, rotated every year, and an alias that people find it by", async () => {
    const run = await build(all);
    for (const purpose of all) {
      const { inputs } = run.one(key, `staging-keys-${purpose}`);
      assert.equal(inputs.enableKeyRotation, true);
      assert.equal(inputs.rotationPeriodInDays, 365);
      assert.deepEqual(inputs.tags, {
        Environment: "staging",
        ManagedBy: "pulumi",
        Name: `teamflow-staging-${purpose}`,
        Project: "teamflow",
        Stack: "staging",
      });
      const alias = run.one("aws:kms/alias:Alias", `staging-keys-${purpose}-alias`);
      assert.deepEqual(alias.inputs, {
        name: `alias/teamflow-staging-${purpose}`,
        targetKeyId: `staging-keys-${purpose}-id`,
      });
      assert.equal(run.result[purpose], `arn:staging-keys-${purpose}`);
    }
  });

  for (const [protect, days] of [
    [true, 30],
    [false, 7],
  ] as const) {
    it(`gives ${days} days to have a key back that is ${protect ? "" : "not "}protected`, async () => {
      const run = await build(["database"], protect);
      assert.equal(run.one(key).inputs.deletionWindowInDays, days);
    });
  }

  it("says which purpose is missing when a key is asked for that nobody ordered", async () => {
    await runMocked(() => {
      const keys = new Keys("staging-keys", { ...scope, protect: true, purposes: ["cache"] });
      assert.throws(() => keys.arn("database"), /staging-keys has no key for "database": add it to the purposes/);
      return {};
    });
  });

  describe("the policy", () => {
    for (const [purpose, via] of [
      ["database", ["rds"]],
      ["cache", ["elasticache"]],
      ["logs", ["logs"]],
      ["secrets", ["secretsmanager"]],
      ["registry", ["ecr"]],
      ["alarms", ["sns"]],
      ["backup", ["backup", "rds"]],
      ["storage", ["s3"]],
      ["kubernetes", ["eks"]],
    ] as const) {
      it(`of the key for ${purpose} lets it be used through ${via.join(" and ")} alone`, () =>
        assert.deepEqual(
          services(purpose),
          via.map((service) => `${service}.us-west-2.amazonaws.com`),
        ));
    }

    it("names no service but CloudWatch Logs for logs, and those that raise alarms for alarms", () => {
      const named = Object.fromEntries(
        all.map((purpose) => [purpose, principals(purpose)]).filter(([, some]) => some?.length),
      );
      assert.deepEqual(named, {
        logs: ["logs.us-west-2.amazonaws.com"],
        alarms: ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "backup.amazonaws.com"],
      });
    });

    it("trusts no other account and nobody in general", () => {
      for (const purpose of all) {
        for (const { Condition, Principal } of statements(purpose)) {
          if (Principal.AWS !== undefined) assert.equal(Principal.AWS, "arn:aws:iam::123456789012:root");
          else assert.ok(Condition, "a service without a condition serves every account");
        }
      }
    });

    it("lets nobody decrypt without a condition, the account's administrators included", () => {
      for (const purpose of all) {
        for (const { Action } of statements(purpose).filter((each) => !each.Condition)) {
          for (const action of [
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:CreateGrant",
          ])
            assert.ok(!Action.some((pattern) => like(pattern, action)), `${purpose}: ${action}`);
        }
      }
    });

    it("leaves the account's administrators in charge, so that no key is lost", () => {
      for (const purpose of all) {
        const open = statements(purpose)
          .filter(({ Condition }) => !Condition)
          .flatMap(({ Action }) => Action);
        for (const action of [
          "kms:PutKeyPolicy",
          "kms:ScheduleKeyDeletion",
          "kms:EnableKeyRotation",
          "kms:TagResource",
        ])
          assert.ok(
            open.some((pattern) => like(pattern, action)),
            action,
          );
      }
    });

    for (const [group, allowed] of [
      ["/teamflow/staging/backend", true],
      ["/teamflow/staging/flow-logs", true],
      ["/aws/rds/instance/teamflow-staging-main/postgresql", true],
      ["/aws/ecs/containerinsights/teamflow-staging/performance", true],
      ["/aws/eks/teamflow-staging/cluster", true],
      ["/aws/eks/teamflow-prod/cluster", false],
      ["aws-waf-logs-teamflow-staging", true],
      ["/teamflow/prod/backend", false],
      ["/teamflow/staging2/backend", false],
      ["/aws/rds/instance/teamflow-staging2-main/postgresql", false],
      ["/aws/rds/instance/teamflow-prod-main/postgresql", false],
    ] as const) {
      it(`of the key for logs ${allowed ? "lets" : "does not let"} CloudWatch encrypt ${group}`, () => {
        const patterns = statements("logs").flatMap(
          ({ Condition }) => Condition?.ArnLike?.["kms:EncryptionContext:aws:logs:arn"] ?? [],
        );
        const arn = `arn:aws:logs:us-west-2:123456789012:log-group:${group}`;
        assert.equal(
          patterns.some((pattern) => like(pattern, arn)),
          allowed,
        );
      });
    }

    it("of one stack's keys names nothing of another's", () => {
      for (const purpose of all) assert.doesNotMatch(JSON.stringify(statements(purpose, "prod")), /staging/);
    });

    it("names the partition that the account is in", () =>
      assert.match(
        planKeyPolicy("logs", { ...scope, partition: "aws-us-gov" }),
        /"arn:aws-us-gov:iam::.*"arn:aws-us-gov:logs:/,
      ));
  });
});
