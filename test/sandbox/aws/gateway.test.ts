import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { networkInterfaces } from "node:os";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { targetOf } from "../../../sandbox/aws/gateway.ts";
import { layoutOf } from "../../../sandbox/layout.ts";
import { loadState } from "../../../sandbox/state.ts";
import { findProcesses } from "../../../sandbox/system/processes.ts";
import { removeRoots } from "../support.ts";
import { type LocalAws, localAws, startAws } from "./support.ts";

describe("local AWS: gateway", () => {
  let aws: LocalAws;

  before(async () => {
    aws = await startAws();
  });
  after(removeRoots);

  const request = (options: http.RequestOptions): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(aws.config.endpoint);
      const sent = http.request({ host: "127.0.0.1", port, ...options }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
      });
      sent.once("error", reject).end();
    });

  it("takes what a client that uses it as a proxy asks of the host with the account before it", () => {
    const host = "127.0.0.1:4566";
    assert.deepEqual(targetOf("/v20180820/tags/x"), { path: "/v20180820/tags/x" });
    assert.deepEqual(targetOf(`http://000000000000.${host}/v20180820/tags/x?y=1`), {
      path: "/v20180820/tags/x?y=1",
      host,
    });
    assert.deepEqual(targetOf(`http://${host}`), { path: "/", host });
    assert.equal(targetOf("http://example.com/"), undefined);
    assert.equal(targetOf("http://127.0.0.1.example.com/"), undefined);
  });

  it("listens on no address that others can reach, and neither does MiniStack", async () => {
    const ports = Object.entries(loadState(layoutOf(aws.root))?.ports ?? {}).filter(([name]) => name.startsWith("aws"));
    assert.deepEqual(ports.map(([name]) => name).toSorted(), ["aws", "aws-emulator"]);
    const others = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const [, port] of ports) {
      assert.equal(await accepts("127.0.0.1", port), true);
      for (const { address, internal } of others) {
        if (!internal) assert.equal(await accepts(address, port), false, `${address}:${port}`);
      }
    }
  });

  it("takes an object whose checksum a client leaves out over plain HTTP, as Pulumi's S3 backend does", async () => {
    const url = `${aws.env.AWS_ENDPOINT_URL}/state`;
    const authorization =
      "AWS4-HMAC-SHA256 Credential=000000000000/20261121/us-west-2/s3/aws4_request, SignedHeaders=host, Signature=0";
    const put = (path: string, headers: Record<string, string>, body?: string) =>
      fetch(`${url}${path}`, { method: "PUT", headers: { authorization, ...headers }, ...(body && { body }) });
    await new S3Client({ ...aws.config, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: "state" }));
    const unsigned = { "x-amz-checksum-sha256": "UNSIGNED-PAYLOAD", "x-amz-sdk-checksum-algorithm": "SHA256" };
    assert.equal((await put("/stack.json", unsigned, "{}")).status, 200);
    const wrong = { "x-amz-checksum-sha256": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" };
    assert.equal((await put("/stack.json", wrong, "{}")).status, 400);
  });

  it("is not for web pages, nor for orders without the token, nor a way to MiniStack's own switches", async () => {
    assert.equal((await request({ path: "/", headers: { origin: "http://evil.example" } })).status, 403);
    assert.equal((await request({ path: "/_slipway/remove-database", method: "POST" })).status, 401);
    assert.equal((await request({ path: "/_ministack/reset", method: "POST" })).status, 404);
    assert.equal((await request({ path: "http://example.com/" })).status, 403);
  });

  it("takes an access key of twelve digits for its account, and keeps accounts apart", async () => {
    const other = localAws(aws.root, "111111111111");
    const { Account } = await new STSClient(other.config).send(new GetCallerIdentityCommand({}));
    assert.equal(Account, "111111111111");
    await new SNSClient(other.config).send(new CreateTopicCommand({ Name: "theirs" }));
    const { Topics } = await new SNSClient(aws.config).send(new ListTopicsCommand({}));
    assert.equal(JSON.stringify(Topics ?? []).includes("theirs"), false);
  });

  it("keeps what was answered over a kill of MiniStack, and lets a request wait until it is back", async () => {
    const [sns, secrets] = [new SNSClient(aws.config), new SecretsManagerClient(aws.config)];
    const s3 = new S3Client({ ...aws.config, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: "kept" }));
    const body = "x".repeat(3_000_000);
    await s3.send(new PutObjectCommand({ Bucket: "kept", Key: "big", Body: body }));
    await secrets.send(new CreateSecretCommand({ Name: "kept", SecretString: "value" }));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "kept" }));
    for (const { pid } of emulators()) process.kill(pid, "SIGKILL");
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: "kept" }));
    assert.equal(SecretString, "value");
    const { Topics } = await sns.send(new ListTopicsCommand({}));
    assert.ok(Topics?.some((topic) => topic.TopicArn === TopicArn));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "kept", Key: "big" }));
    assert.equal(await Body?.transformToString(), body);
  });

  function emulators() {
    const mark = `SLIPWAY_SANDBOX_PART=${layoutOf(aws.root).id}/aws`;
    const found = findProcesses(
      ({ command, environment }) => command.includes("serve.py") && environment.includes(mark),
    );
    assert.equal(found.length, 1);
    return found;
  }
});

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once("connect", () => done(true)).once("error", () => done(false));
  });
}
