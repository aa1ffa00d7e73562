import * as aws from "@pulumi/aws";
import { account, flawsOf, kept, keyArn, type Program, policyOf, region, tags, trustOf } from "./program.ts";

const boundary = `arn:aws:iam::${account}:policy/shop-boundary`;
const secrets = `arn:aws:secretsmanager:${region}:${account}:secret`;

function program(): void {
  administrators();
  policies();
  trusts();
  users();
  resources();
}

function administrators(): void {
  const legacy = new aws.iam.Role("legacy-app", {
    name: "legacy-app",
    assumeRolePolicy: policyOf({
      Effect: "Allow",
      Principal: { Service: "ec2.amazonaws.com" },
      Action: "sts:AssumeRole",
    }),
    managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
  });
  new aws.iam.RolePolicyAttachment("legacy-buckets", {
    role: legacy.name,
    policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess",
  });
  const reader = new aws.iam.Role("order-reader", {
    name: "order-reader",
    assumeRolePolicy: trustOf("ecs-tasks.amazonaws.com"),
    permissionsBoundary: boundary,
    tags,
  });
  new aws.iam.RolePolicy("order-reader-policy", {
    role: reader.name,
    policy: policyOf({
      Effect: "Allow",
      Action: ["secretsmanager:GetSecretValue"],
      Resource: `${secrets}:orders-AbCdEf`,
    }),
  });
}

function policies(): void {
  const policy = (name: string, ...statements: readonly Readonly<Record<string, unknown>>[]) =>
    new aws.iam.Policy(name, { name, policy: policyOf(...statements), tags });
  const all = { Effect: "Allow", Resource: "*" };
  policy("do-anything", { ...all, Action: "*" });
  policy("run-tasks", { ...all, Action: ["ecs:RunTask", "iam:PassRole"] });
  policy("manage-roles", { ...all, Action: ["iam:AttachRolePolicy", "iam:CreateRole"] });
  policy("all-but-billing", { ...all, NotAction: "aws-portal:*" });
  policy("buckets", { ...all, Action: "s3:*" });
  policy("read-secrets", { ...all, Action: ["secretsmanager:GetSecretValue", "ssm:GetParametersByPath"] });
  policy("decrypt", { ...all, Action: ["kms:Decrypt", "kms:ReEncryptFrom"] });
  policy("become-anyone", { ...all, Action: "sts:AssumeRole" });
  policy("edit-buckets", { ...all, Action: ["s3:PutBucketPolicy", "s3:PutBucketAcl"] });
  policy("read-orders", {
    Effect: "Allow",
    Action: ["s3:GetObject", "s3:ListBucket"],
    Resource: ["arn:aws:s3:::shop-orders", "arn:aws:s3:::shop-orders/*"],
  });
  policy("pass-importer", {
    Effect: "Allow",
    Action: "iam:PassRole",
    Resource: `arn:aws:iam::${account}:role/importer`,
    Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
  });
}

function trusts(): void {
  const role = (name: string, statement: Readonly<Record<string, unknown>>, more: Partial<aws.iam.RoleArgs> = {}) =>
    new aws.iam.Role(name, {
      name,
      assumeRolePolicy: policyOf({ Effect: "Allow", Action: "sts:AssumeRole", ...statement }),
      permissionsBoundary: boundary,
      tags,
      ...more,
    });
  role("partner", { Principal: { AWS: "*" } });
  role("vendor", { Principal: { AWS: "arn:aws:iam::210987654321:root" } });
  role(
    "auditor",
    {
      Principal: { AWS: "arn:aws:iam::210987654321:root" },
      Condition: { StringEquals: { "sts:ExternalId": "shop-audit" } },
    },
    { maxSessionDuration: 3600 },
  );
  role("builder", { Principal: { Service: "codebuild.amazonaws.com" } });
  role("on-call", { Principal: { AWS: `arn:aws:iam::${account}:role/sso` } }, { maxSessionDuration: 7200 });
  new aws.ecs.TaskDefinition("billing-task", {
    family: "billing",
    executionRoleArn: `arn:aws:iam::${account}:role/billing`,
    taskRoleArn: `arn:aws:iam::${account}:role/billing`,
    containerDefinitions: JSON.stringify([
      {
        name: "billing",
        user: "10001",
        image: `${account}.dkr.ecr.${region}.amazonaws.com/billing@sha256:${"a".repeat(64)}`,
        readonlyRootFilesystem: true,
        logConfiguration: { logDriver: "awslogs" },
      },
    ]),
    tags,
  });
}

function users(): void {
  const user = new aws.iam.User("deployer", { name: "deployer" });
  new aws.iam.AccessKey("deployer-key", { user: user.name });
  new aws.iam.UserPolicy("deployer-policy", {
    user: user.name,
    policy: policyOf({ Effect: "Allow", Action: "ec2:*", Resource: "*" }),
  });
  new aws.iam.UserLoginProfile("deployer-console", { user: user.name });
  new aws.iam.AccountPasswordPolicy("passwords", { minimumPasswordLength: 8, requireSymbols: false });
}

function resources(): void {
  new aws.kms.Key("shared-key", {
    policy: policyOf({ Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" }),
    deletionWindowInDays: 7,
  });
  new aws.kms.Key(
    "ledger-key",
    {
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policyOf(
        {
          Sid: "Administer",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${account}:role/key-administrator` },
          Action: ["kms:Describe*", "kms:Enable*", "kms:Put*", "kms:ScheduleKeyDeletion"],
          Resource: "*",
        },
        {
          Sid: "Use",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${account}:role/ledger` },
          Action: ["kms:Decrypt", "kms:GenerateDataKey"],
          Resource: "*",
        },
      ),
      tags,
    },
    kept,
  );
  new aws.secretsmanager.Secret("payment-key", { name: "payment-key", recoveryWindowInDays: 0 });
  new aws.secretsmanager.SecretPolicy("payment-key-readers", {
    secretArn: `${secrets}:payment-key-AbCdEf`,
    policy: policyOf({ Effect: "Allow", Principal: "*", Action: "secretsmanager:GetSecretValue", Resource: "*" }),
  });
  new aws.secretsmanager.SecretVersion("payment-key-value", {
    secretId: "payment-key",
    secretString: "9f2c-77aa-01bd",
  });
  new aws.secretsmanager.Secret(
    "mail-key",
    { name: "mail-key", kmsKeyId: keyArn, recoveryWindowInDays: 30, tags },
    kept,
  );
  new aws.ssm.Parameter("smtp-password", { name: "/shop/smtp/password", type: "String", value: "letmein-smtp" });
  new aws.ssm.Parameter("smtp-host", { name: "/shop/smtp/host", type: "String", value: "smtp.shop.example", tags });
  new aws.lambda.Permission("any-bucket", {
    function: "thumbnails",
    action: "lambda:InvokeFunction",
    principal: "s3.amazonaws.com",
  });
}

export const wideRoles: Program = {
  name: "wide roles",
  program,
  flaws: [
    ...flawsOf(
      "legacy-app",
      ["iam-permissions-boundary", "required-tags"],
      [["CKV_AWS_274", "has AdministratorAccess", ["iam-administration"]]],
    ),
    ...flawsOf("legacy-buckets", [], [["AVD-AWS-0345", "gives all of S3", ["iam-service-wildcards"]]]),
    ...flawsOf("do-anything", [], [["CKV_AWS_62", "allows everything on everything", ["iam-administration"]]]),
    ...flawsOf("run-tasks", [], [["KICS IAM Role Policy passRole Allows All", "passes any role", ["iam-pass-role"]]]),
    ...flawsOf(
      "manage-roles",
      ["iam-wide-changes"],
      [["CKV_AWS_286", "gives itself more privileges", ["iam-privilege-escalation"]]],
    ),
    ...flawsOf("all-but-billing", [], [["cfn-nag W17", "allows all but some", ["iam-negated-grants"]]]),
    ...flawsOf("buckets", [], [["AVD-AWS-0057", "allows all of S3 on everything", ["iam-service-wildcards"]]]),
    ...flawsOf("read-secrets", [], [["CKV_AWS_288", "reads every secret of the account", ["iam-data-access"]]]),
    ...flawsOf("decrypt", [], [["Security Hub KMS.1", "decrypts with every key of the account", ["iam-data-access"]]]),
    ...flawsOf(
      "become-anyone",
      [],
      [["Prowler iam_no_custom_policy_permissive_role_assumption", "assumes every role", ["iam-data-access"]]],
    ),
    ...flawsOf("edit-buckets", [], [["CKV_AWS_289", "opens any bucket", ["iam-wide-changes"]]]),
    ...flawsOf("partner", [], [["CKV_AWS_60", "is assumed by anybody", ["iam-trust-anyone"]]]),
    ...flawsOf("vendor", [], [["CKV_AWS_61", "is assumed by all of another account", ["iam-trust-account"]]]),
    ...flawsOf(
      "builder",
      [],
      [["Prowler iam_role_cross_service_confused_deputy_prevention", "is a confused deputy", ["confused-deputy"]]],
    ),
    ...flawsOf("billing-task", [], [["CKV_AWS_249", "works with its execution role", ["ecs-task-roles"]]]),
    ...flawsOf("deployer", ["required-tags"], [["CKV_AWS_273", "is a user instead of a role", ["iam-users"]]]),
    ...flawsOf(
      "deployer-key",
      ["generated-secrets"],
      [["KICS IAM Access Key Is Exposed", "is a static key", ["iam-users"]]],
    ),
    ...flawsOf(
      "deployer-policy",
      [],
      [
        ["AVD-AWS-0057", "allows all of EC2", ["iam-service-wildcards"]],
        ["CKV_AWS_40", "is attached to a user", []],
      ],
    ),
    ...flawsOf(
      "deployer-console",
      ["generated-secrets"],
      [["KICS IAM User With Access To Console", "logs in by a password", ["iam-users"]]],
    ),
    ...flawsOf(
      "passwords",
      [],
      [
        ["CKV_AWS_10", "takes short passwords", []],
        ["CKV_AWS_13", "lets passwords be used again", []],
      ],
    ),
    ...flawsOf(
      "shared-key",
      ["key-deletion-window", "key-duties", "required-tags", "stateful-protection"],
      [
        ["CKV_AWS_7", "does not rotate", ["key-rotation"]],
        ["CKV_AWS_33", "is open to every account", ["public-policies"]],
      ],
    ),
    ...flawsOf(
      "payment-key",
      ["required-tags", "secret-recovery", "stateful-protection"],
      [["CKV_AWS_149", "has no key of its own", ["secret-keys"]]],
    ),
    ...flawsOf(
      "payment-key-readers",
      [],
      [["Prowler secretsmanager_not_publicly_accessible", "is read by everybody", ["public-policies"]]],
    ),
    ...flawsOf(
      "payment-key-value",
      ["plain-secrets"],
      [["KICS Passwords And Secrets", "has its value in the program", ["stored-secret-values"]]],
    ),
    ...flawsOf(
      "smtp-password",
      ["required-tags"],
      [["CKV2_AWS_34", "is a password in plain text", ["parameter-secrets"]]],
    ),
    ...flawsOf(
      "any-bucket",
      ["confused-deputy"],
      [["CKV_AWS_364", "is invoked for any bucket", ["service-principals"]]],
    ),
  ],
};
