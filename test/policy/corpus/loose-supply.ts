import * as aws from "@pulumi/aws";
import { account, flawsOf, kept, keyArn, type Program, policyOf, region, tags, trustOf } from "./program.ts";

const boundary = `arn:aws:iam::${account}:policy/shop-boundary`;
const issuer = "token.actions.githubusercontent.com";

function program(): void {
  roles();
  images();
  builds();
}

function roles(): void {
  const role = (name: string, claims: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
    new aws.iam.Role(name, {
      name,
      assumeRolePolicy: policyOf({
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: claims,
      }),
      permissionsBoundary: boundary,
      tags,
    });
  const audience = { [`${issuer}:aud`]: "sts.amazonaws.com" };
  role("any-repository", { StringEquals: audience });
  role("any-branch", { StringEquals: audience, StringLike: { [`${issuer}:sub`]: "repo:shop-inc/*" } });
  role("preview", { StringEquals: { ...audience, [`${issuer}:sub`]: "repo:shop-inc/shop:pull_request" } });
  new aws.iam.RolePolicy("preview-policy", {
    role: "preview",
    policy: policyOf({ Effect: "Allow", Action: ["ecs:UpdateService", "ecs:DescribeServices"], Resource: "*" }),
  });
  role("scan", { StringEquals: { ...audience, [`${issuer}:sub`]: "repo:shop-inc/billing:ref:refs/heads/main" } });
}

function images(): void {
  new aws.ecr.Repository("frontend-images", { name: "frontend", forceDelete: true });
  new aws.ecr.RepositoryPolicy("frontend-pullers", {
    repository: "frontend",
    policy: policyOf({ Effect: "Allow", Principal: "*", Action: ["ecr:BatchGetImage", "ecr:PutImage"] }),
  });
  const backend = new aws.ecr.Repository(
    "backend-images",
    {
      name: "backend",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }],
      tags,
    },
    kept,
  );
  new aws.ecr.LifecyclePolicy("backend-cleaning", {
    repository: backend.name,
    policy: JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
          action: { type: "expire" },
        },
      ],
    }),
  });
  new aws.ecr.RepositoryPolicy("backend-pullers", {
    repository: backend.name,
    policy: policyOf({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${account}:role/backend` },
      Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    }),
  });
}

function builds(): void {
  new aws.codebuild.Project("shop-build", {
    name: "shop",
    serviceRole: `arn:aws:iam::${account}:role/builds`,
    artifacts: { type: "S3", location: "shop-artifacts", encryptionDisabled: true },
    environment: {
      computeType: "BUILD_GENERAL1_SMALL",
      type: "LINUX_CONTAINER",
      image: "someone/builder:latest",
      privilegedMode: true,
      environmentVariables: [{ name: "REGISTRY_PASSWORD", value: "letmein-registry" }],
    },
    logsConfig: { cloudwatchLogs: { status: "DISABLED" } },
    source: { type: "GITHUB", location: "https://github.com/shop-inc/shop.git" },
  });
  new aws.codebuild.Project("billing-build", {
    name: "billing",
    serviceRole: `arn:aws:iam::${account}:role/builds`,
    encryptionKey: keyArn,
    artifacts: { type: "NO_ARTIFACTS" },
    environment: {
      computeType: "BUILD_GENERAL1_SMALL",
      type: "LINUX_CONTAINER",
      image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
      environmentVariables: [{ name: "NODE_ENV", value: "test" }],
    },
    source: { type: "GITHUB", location: "https://github.com/shop-inc/billing.git" },
    tags,
  });
  new aws.lambda.Function("notifier", {
    name: "notifier",
    role: `arn:aws:iam::${account}:role/notifier`,
    runtime: "nodejs14.x",
    handler: "index.handler",
    s3Bucket: "shop-code",
    s3Key: "notifier.zip",
    environment: { variables: { SLACK_TOKEN: "not-in-a-vault-either" } },
  });
  new aws.lambda.Function("reminder", {
    name: "reminder",
    role: `arn:aws:iam::${account}:role/reminder`,
    runtime: "nodejs24.x",
    handler: "index.handler",
    s3Bucket: "shop-code",
    s3Key: "reminder.zip",
    kmsKeyArn: keyArn,
    tracingConfig: { mode: "Active" },
    environment: { variables: { REGION: region } },
    tags,
  });
  new aws.iam.Role("notifier-role", {
    name: "notifier",
    assumeRolePolicy: trustOf("lambda.amazonaws.com"),
    permissionsBoundary: boundary,
    tags,
  });
}

export const looseSupply: Program = {
  name: "loose supply",
  program,
  flaws: [
    ...flawsOf("any-repository", [], [["CKV_AWS_358", "trusts any repository", ["iam-trust-federation"]]]),
    ...flawsOf("any-branch", [], [["CKV_AWS_358", "trusts the whole organization", ["iam-trust-federation"]]]),
    ...flawsOf("preview", [], [["CKV_AWS_290", "writes for pull requests", ["preview-role-reads"]]]),
    ...flawsOf("preview-policy", [], [["CKV_AWS_290", "writes without constraints", ["iam-wide-changes"]]]),
    ...flawsOf(
      "frontend-images",
      ["forced-deletion", "registry-lifecycle", "required-tags", "stateful-protection"],
      [
        ["CKV_AWS_51", "has tags that can be moved", ["image-tag-immutability"]],
        ["CKV_AWS_163", "is not scanned", ["image-scanning"]],
        ["CKV_AWS_136", "has no key of its own", ["store-keys"]],
      ],
    ),
    ...flawsOf("frontend-pullers", [], [["CKV_AWS_32", "is open to everybody", ["public-policies"]]]),
    ...flawsOf(
      "shop-build",
      ["required-tags"],
      [
        ["CKV_AWS_316", "runs privileged", ["build-environment"], "privileged"],
        ["CKV_AWS_314", "writes no log", ["build-logs"]],
        ["Security Hub CodeBuild.2", "has a password in a variable", ["environment-secrets"]],
        ["CKV_AWS_78", "keeps what it builds unencrypted", ["build-artifacts"]],
      ],
    ),
    ...flawsOf(
      "notifier",
      ["plain-secrets", "required-tags"],
      [
        ["CKV_AWS_363", "runs on an ended runtime", ["lambda-runtimes"]],
        ["CKV_AWS_45", "has a token in a variable", ["environment-secrets"]],
        ["CKV_AWS_173", "has no key for its variables", []],
      ],
    ),
  ],
};
