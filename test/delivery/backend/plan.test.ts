import assert from "node:assert/strict";
import fc from "fast-check";
import type { IamPolicy } from "../../../components/iam-policy.ts";
import { localEndpoint } from "../../../delivery/backend/clients.ts";
import { weaknessesOf } from "../../../delivery/backend/examine.ts";
import {
  type BackendPlace,
  backendUrl,
  secretsProvider,
  stateBucketName,
  stateObjects,
} from "../../../delivery/backend/names.ts";
import {
  backendParts,
  bucketPolicy,
  type FoundBackend,
  type FoundBucket,
  keptVersionsDays,
  missingParts,
} from "../../../delivery/backend/plan.ts";
import { namedSecretsProvider, takeEncryption } from "../../../delivery/backend/secrets-provider.ts";
import { chooseTarget, requireDeclaredAccount, type StackPlace } from "../../../delivery/backend/target.ts";
import { judge } from "../../support/iam-evaluator.ts";

const place: BackendPlace = { application: "teamflow", accountId: "123456789012", region: "us-west-2" };
const keyArn = "arn:aws:kms:us-west-2:123456789012:key/1";
const whole: FoundBackend & { readonly bucket: FoundBucket } = {
  key: { arn: keyArn, aliased: true, rotates: true },
  bucket: {
    tagged: true,
    versioned: true,
    encryption: { algorithm: "aws:kms", keyArn, bucketKey: true },
    closed: true,
    ownerEnforced: true,
    policy: bucketPolicy(place, "aws", keyArn),
    lifecycle: [{ enabled: true, noncurrentDays: keptVersionsDays, abortUploadsDays: 7 }],
  },
};
const missing = (found: FoundBackend) => missingParts(found, place, "aws");
const without = (changes: Partial<FoundBucket>) => missing({ ...whole, bucket: { ...whole.bucket, ...changes } });

describe("delivery/backend/plan", () => {
  it("makes everything where there is nothing, the bucket closed before anything can be put in it", () => {
    assert.deepEqual(missing({}), [...backendParts]);
    assert.ok(backendParts.indexOf("publicAccess") < backendParts.indexOf("policy"));
    assert.ok(backendParts.indexOf("key") < backendParts.indexOf("encryption"));
  });

  it("makes nothing where all is there", () => assert.deepEqual(missing(whole), []));

  for (const [what, found, expected] of [
    ["versions were switched off", without({ versioned: false }), ["versioning"]],
    ["it was opened to the public", without({ closed: false }), ["publicAccess"]],
    ["access lists were switched on", without({ ownerEnforced: false }), ["ownership"]],
    [
      "it is encrypted without a key of ours",
      without({ encryption: { algorithm: "AES256", bucketKey: false } }),
      ["encryption"],
    ],
    [
      "it is encrypted with another key",
      without({ encryption: { algorithm: "aws:kms", keyArn: "x", bucketKey: true } }),
      ["encryption"],
    ],
    [
      "every object asks the key",
      without({ encryption: { algorithm: "aws:kms", keyArn, bucketKey: false } }),
      ["encryption"],
    ],
    ["the policy is another", without({ policy: "{}" }), ["policy"]],
    ["the policy is no JSON", without({ policy: "x" }), ["policy"]],
    [
      "the lifecycle is switched off",
      without({ lifecycle: [{ enabled: false, noncurrentDays: 365, abortUploadsDays: 7 }] }),
      ["lifecycle"],
    ],
    [
      "a run was stopped after the key",
      missing({ key: { arn: keyArn, aliased: false, rotates: false } }),
      backendParts.slice(1),
    ],
  ] as const) {
    it(`mends only what differs when ${what}`, () => assert.deepEqual(found, expected));
  }

  it("takes a policy for the same whatever order AWS gives it back in", () => {
    const turned = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(turned)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, item]) => [key, turned(item)]),
            )
          : value;
    assert.deepEqual(without({ policy: JSON.stringify(turned(JSON.parse(whole.bucket.policy ?? "")), null, 2) }), []);
  });
});

describe("the policy of the state's bucket", () => {
  const written = JSON.parse(bucketPolicy(place, "aws", keyArn)) as {
    readonly Statement: readonly {
      readonly Sid: string;
      readonly Effect: "Deny";
      readonly Action: string;
      readonly Resource: string | string[];
      readonly Condition: object;
    }[];
  };
  // The evaluator's statements hold lists; AWS takes both.
  const rules = {
    Version: "2012-10-17",
    Statement: written.Statement.map((each) => ({ ...each, Action: [each.Action], Resource: [each.Resource].flat() })),
  } as unknown as IamPolicy;
  const everything: IamPolicy = {
    Version: "2012-10-17",
    Statement: [{ Sid: "A", Effect: "Allow", Action: ["*"], Resource: ["*"] }],
  };
  const put = (context: Record<string, string>) =>
    judge(
      { policies: [everything, rules] },
      {
        action: "s3:PutObject",
        resource: `arn:aws:s3:::${stateBucketName(place)}/.pulumi/stacks/slipway/staging.json`,
        context: { "aws:SecureTransport": "true", ...context },
      },
    );
  const header = "s3:x-amz-server-side-encryption";

  for (const [what, context, verdict] of [
    ["takes what leaves the encryption to the bucket", {}, "allowed"],
    ["takes what names its key", { [header]: "aws:kms", [`${header}-aws-kms-key-id`]: keyArn }, "allowed"],
    ["refuses what comes without TLS", { "aws:SecureTransport": "false" }, "denied"],
    ["refuses what is encrypted with a key of S3", { [header]: "AES256" }, "denied"],
    [
      "refuses what is encrypted with another key",
      { [header]: "aws:kms", [`${header}-aws-kms-key-id`]: "arn:other" },
      "denied",
    ],
  ] as const) {
    it(what, () => assert.equal(put(context), verdict));
  }
});

describe("delivery/backend/names", () => {
  it("fit S3 for every application, account and region", () => {
    const application = fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/);
    fc.assert(
      fc.property(application, fc.constantFrom("us-west-2", "ap-southeast-1", "us-gov-west-1"), (name, region) => {
        const bucket = stateBucketName({ application: name, accountId: "123456789012", region });
        assert.ok(bucket.length <= 63 && /^[a-z0-9][a-z0-9-]+[a-z0-9]$/.test(bucket));
      }),
    );
  });

  it("tell Pulumi where the state is, by path where S3 has no host for each bucket", () => {
    assert.equal(backendUrl(place), "s3://teamflow-pulumi-state-123456789012-us-west-2?region=us-west-2");
    assert.equal(
      backendUrl(place, "http://127.0.0.1:4566"),
      "s3://teamflow-pulumi-state-123456789012-us-west-2?region=us-west-2&endpoint=http://127.0.0.1:4566&s3ForcePathStyle=true",
    );
  });

  it("bind a stack's secrets to the stack", () =>
    assert.equal(
      secretsProvider(place, "staging"),
      "awskms:///alias/teamflow-pulumi-state?region=us-west-2&context_Stack=staging",
    ));

  it("keep the objects of a stack apart from those of one whose name begins alike", () => {
    const regular = (pattern: string) => new RegExp(`^${pattern.replace(/[.+]/g, "\\$&").replaceAll("*", ".*")}$`);
    for (const object of [
      ".pulumi/stacks/slipway/pr-12.json",
      ".pulumi/history/slipway/pr-12/x",
      ".pulumi/locks/organization/slipway/pr-12/y",
    ])
      assert.ok(!stateObjects("pr-1").some((pattern) => regular(pattern).test(object)), object);
  });
});

describe("delivery/backend/clients", () => {
  for (const [env, expected] of [
    [{}, undefined],
    [{ AWS_ENDPOINT_URL: "http://127.0.0.1:4566" }, "http://127.0.0.1:4566"],
    [{ AWS_ENDPOINT_URL: "http://localhost:4566" }, "http://localhost:4566"],
    [{ AWS_ENDPOINT_URL: "http://[::1]:1" }, "http://[::1]:1"],
    [
      { AWS_ENDPOINT_URL: "https://vpce.amazonaws.com", AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" },
      "http://127.0.0.1:1",
    ],
    [{ AWS_ENDPOINT_URL: "https://vpce-1.s3.us-west-2.vpce.amazonaws.com" }, undefined],
    [{ AWS_ENDPOINT_URL: "http://127.evil.com" }, undefined],
    [{ AWS_ENDPOINT_URL: "nonsense" }, undefined],
  ] as const) {
    it(`${expected ? "takes" : "does not take"} ${JSON.stringify(env)} for an S3 on this machine`, () =>
      assert.equal(localEndpoint(env), expected));
  }
});

describe("delivery/backend/examine", () => {
  it("finds nothing wrong with a backend of ours, and each thing that is", () => {
    assert.deepEqual(weaknessesOf(whole.bucket), []);
    assert.equal(weaknessesOf({ ...whole.bucket, versioned: false, closed: false, encryption: undefined }).length, 3);
  });
});

describe("delivery/backend/target", () => {
  const stack = (name: string, changes: Partial<StackPlace> = {}): StackPlace => ({
    stack: name,
    application: "teamflow",
    region: "us-west-2",
    ...changes,
  });
  const local = stack("dev", { region: undefined });

  it("is the one place that the stacks share", () => {
    const { application, region, stacks } = chooseTarget([local, stack("staging"), stack("prod")], false);
    assert.deepEqual(
      [application, region, stacks.map((each) => each.stack)],
      ["teamflow", "us-west-2", ["staging", "prod"]],
    );
    // An account that only one of them declares is not another one.
    chooseTarget([stack("staging"), stack("prod", { accountId: "123456789012" })], true);
  });

  for (const [what, places, named, message] of [
    ["a stack on this machine was named", [local], true, /^UserError: The stack dev runs on this machine/],
    ["no stack is in AWS", [local], false, /^UserError: No stack here is in AWS/],
    [
      "regions differ",
      [stack("staging"), stack("prod", { region: "eu-west-1" })],
      true,
      /slipway:aws\.region is us-west-2 and eu-west-1/,
    ],
    [
      "accounts differ",
      [stack("staging", { accountId: "1" }), stack("prod", { accountId: "2" })],
      true,
      /slipway:aws\.accountId is 1 and 2/,
    ],
    [
      "applications differ",
      [stack("staging"), stack("prod", { application: "other" })],
      true,
      /slipway:application is teamflow and other/,
    ],
  ] as const) {
    it(`is refused, with what to do, when ${what}`, () => assert.throws(() => chooseTarget(places, named), message));
  }

  it("must be in the declared account", () => {
    const target = chooseTarget([stack("staging", { accountId: "123456789012" })], true);
    requireDeclaredAccount(target, "123456789012");
    assert.throws(
      () => requireDeclaredAccount(target, "999999999999"),
      /Pulumi\.staging\.yaml: slipway:aws\.accountId .* belong to the account 999999999999/,
    );
  });
});

describe("delivery/backend/secrets-provider", () => {
  const before = "# why\n\nencryptionsalt: v1:old\nconfig:\n  slipway:environment: staging # kept\n";
  const written =
    "config:\n  slipway:environment: staging\nsecretsprovider: awskms:///alias/x?region=r\nencryptedkey: abc=\n";

  it("takes over what the engine has written, and keeps comments and blank lines that it drops", () =>
    assert.equal(
      takeEncryption(before, written),
      "# why\n\nconfig:\n  slipway:environment: staging # kept\nsecretsprovider: awskms:///alias/x?region=r\nencryptedkey: abc=\n",
    ));

  it("does nothing more the second time", () => {
    const once = takeEncryption(before, written);
    assert.equal(takeEncryption(once, once), once);
  });

  it("leaves the file alone when the engine has written none, and mends one without a last line end", () => {
    assert.equal(takeEncryption(before, "config: {}\n"), before);
    assert.equal(takeEncryption("config: {}", "encryptedkey: abc\n"), "config: {}\nencryptedkey: abc\n");
  });

  it("reads which provider a file names", () => {
    assert.equal(namedSecretsProvider(written), "awskms:///alias/x?region=r");
    assert.equal(namedSecretsProvider('secretsprovider: "awskms:///y"\n'), "awskms:///y");
    assert.equal(namedSecretsProvider(before), undefined);
  });
});
