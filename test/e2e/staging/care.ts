import assert from "node:assert/strict";
import { BudgetsClient, DescribeBudgetsCommand, DescribeNotificationsForBudgetCommand } from "@aws-sdk/client-budgets";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeRepositoriesCommand, ECRClient, GetLifecyclePolicyCommand } from "@aws-sdk/client-ecr";
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
} from "@aws-sdk/client-kms";
import { DescribeSecretCommand, ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetTopicAttributesCommand, ListSubscriptionsByTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { type StagingContext, shortName } from "./context.ts";
import { keyArn } from "./keys.ts";

interface Document {
  readonly Statement: readonly { readonly Effect: string; readonly Principal: unknown; readonly Condition?: object }[];
}

/** Keys, logs, secrets, images, alarms, budget, as AWS tells them. */
export function care(context: StagingContext): void {
  const topic = () => `arn:aws:sns:us-west-2:${context.account}:teamflow-staging-alarms`;

  describe("keys", () => {
    let kms: KMSClient;
    before(() => {
      kms = context.client(KMSClient);
    });

    it("are one for each purpose, and no other", async () => {
      const { Aliases = [] } = await kms.send(new ListAliasesCommand({}));
      const { Keys = [] } = await kms.send(new ListKeysCommand({}));
      const purposes = Aliases.map(({ AliasName }) => AliasName?.replace("alias/teamflow-staging-", ""));
      assert.deepEqual(purposes.sort(), ["alarms", "backup", "cache", "database", "logs", "registry", "secrets"]);
      assert.deepEqual(Keys.map(({ KeyId }) => KeyId).sort(), Aliases.map(({ TargetKeyId }) => TargetKeyId).sort());
    });

    it("rotate every year, and are open to this account alone and to nobody without a condition", async () => {
      const { Keys = [] } = await kms.send(new ListKeysCommand({}));
      for (const { KeyId } of Keys) {
        const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
        const what = KeyMetadata?.Description ?? "";
        assert.deepEqual([KeyMetadata?.KeyManager, KeyMetadata?.KeyState], ["CUSTOMER", "Enabled"], what);
        const rotation = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
        assert.deepEqual([rotation.KeyRotationEnabled, rotation.RotationPeriodInDays], [true, 365], what);
        const { Policy = "" } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
        for (const { Condition, Principal } of (JSON.parse(Policy) as Document).Statement) {
          const own = { AWS: `arn:aws:iam::${context.account}:root` };
          if (JSON.stringify(Principal) !== JSON.stringify(own))
            assert.ok(
              Condition && JSON.stringify(Condition).includes(context.account),
              `${what}: ${JSON.stringify(Principal)}`,
            );
        }
      }
    });
  });

  it("every log group is encrypted and ends", async () => {
    const { logGroups = [] } = await context.client(CloudWatchLogsClient).send(new DescribeLogGroupsCommand({}));
    const key = await keyArn(context, "logs");
    assert.deepEqual(logGroups.map(({ logGroupName }) => logGroupName).sort(), [
      "/aws/rds/instance/teamflow-staging/postgresql",
      "/aws/rds/instance/teamflow-staging/upgrade",
      "/teamflow/staging/backend",
      "/teamflow/staging/cache/engine-log",
      "/teamflow/staging/cache/slow-log",
      "/teamflow/staging/exec",
      "/teamflow/staging/flow-logs",
      "/teamflow/staging/frontend",
      "/teamflow/staging/operator",
    ]);
    for (const { kmsKeyId, logGroupName, retentionInDays } of logGroups)
      assert.deepEqual([kmsKeyId, retentionInDays], [key, 30], logGroupName);
  });

  it("every secret is encrypted with the key of the secrets", async () => {
    const manager = context.client(SecretsManagerClient);
    const { SecretList = [] } = await manager.send(new ListSecretsCommand({}));
    assert.deepEqual(SecretList.map(({ Name }) => Name?.replace(/^rds!db-.*/, "rds!db")).sort(), [
      "rds!db",
      "teamflow/staging/secret-key",
    ]);
    for (const { ARN, Name } of SecretList) {
      const { KmsKeyId } = await manager.send(new DescribeSecretCommand({ SecretId: ARN }));
      assert.equal(KmsKeyId, await keyArn(context, "secrets"), Name);
    }
  });

  it("every repository has tags that stay, scans what comes, encrypts with our key and forgets what is old", async () => {
    const ecr = context.client(ECRClient);
    const { repositories = [] } = await ecr.send(new DescribeRepositoriesCommand({}));
    assert.deepEqual(repositories.map(({ repositoryName }) => repositoryName).sort(), [
      "teamflow/staging/backend",
      "teamflow/staging/frontend",
      "teamflow/staging/operator",
    ]);
    for (const repository of repositories) {
      assert.partialDeepStrictEqual(repository, {
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: { encryptionType: "KMS", kmsKey: await keyArn(context, "registry") },
      });
      const { repositoryName } = repository;
      const { lifecyclePolicyText = "" } = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }));
      assert.equal((JSON.parse(lifecyclePolicyText) as { rules: unknown[] }).rules.length, 3, repositoryName);
    }
  });

  describe("alarms", () => {
    it("watch over database, cache and services, and tell the topic when they ring and when they end", async () => {
      const { MetricAlarms = [] } = await context.client(CloudWatchClient).send(new DescribeAlarmsCommand({}));
      const expected = {
        database: ["connections", "cpu", "disk-queue", "memory", "replica-lag", "storage", "transaction-ids"],
        cache: ["connections-1", "engine-cpu-1", "evictions-1", "memory-1"],
        backend: ["errors", "unhealthy"],
        frontend: ["errors", "unhealthy"],
      };
      assert.deepEqual(
        MetricAlarms.map(({ AlarmName }) => shortName(AlarmName)).sort(),
        Object.entries(expected)
          .flatMap(([of, parts]) => parts.map((part) => `${of}-${part}`))
          .sort(),
      );
      for (const { ActionsEnabled, AlarmActions, AlarmName, OKActions } of MetricAlarms)
        assert.deepEqual([ActionsEnabled, AlarmActions, OKActions], [true, [topic()], [topic()]], AlarmName);
    });

    it("speak on an encrypted topic, on which only this account's services may, over TLS", async () => {
      const sns = context.client(SNSClient);
      const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topic() }));
      assert.equal(Attributes.KmsMasterKeyId, await keyArn(context, "alarms"));
      const { Statement } = JSON.parse(Attributes.Policy ?? "") as Document;
      const allowed = Statement.filter(({ Effect }) => Effect === "Allow");
      assert.deepEqual(
        allowed.map(({ Condition, Principal }) => ({ Condition, Principal })),
        [
          {
            Condition: { StringEquals: { "aws:SourceAccount": context.account } },
            Principal: { Service: ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "backup.amazonaws.com"] },
          },
        ],
      );
      assert.match(JSON.stringify(Statement), /"Deny".*SecureTransport|SecureTransport.*"Deny"/);
      const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic() }));
      assert.deepEqual(
        Subscriptions.map(({ Endpoint, Protocol }) => [Protocol, Endpoint]),
        [["email", "platform@teamflow.app"]],
      );
    });

    it("tell of the money before it is spent", async () => {
      const budgets = context.client(BudgetsClient);
      const AccountId = context.account;
      const { Budgets = [] } = await budgets.send(new DescribeBudgetsCommand({ AccountId }));
      assert.equal(Budgets.length, 1);
      assert.partialDeepStrictEqual(Budgets[0], {
        BudgetName: "teamflow-staging-monthly",
        TimeUnit: "MONTHLY",
        BudgetType: "COST",
        BudgetLimit: { Unit: "USD" },
        CostFilters: { TagKeyValue: ["user:Stack$staging"] },
      });
      assert.equal(Number(Budgets[0]?.BudgetLimit?.Amount), 150);
      const { Notifications = [] } = await budgets.send(
        new DescribeNotificationsForBudgetCommand({ AccountId, BudgetName: "teamflow-staging-monthly" }),
      );
      const notices = Notifications.map(({ NotificationType, Threshold }) => `${NotificationType} ${Threshold}`);
      assert.deepEqual(notices.sort(), ["ACTUAL 100", "ACTUAL 80", "FORECASTED 100"]);
    });
  });
}
