import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { eksToken, type Signer } from "../../../delivery/aws/eks-token.ts";

const signer: Signer = {
  region: "us-west-2",
  credentials: { accessKeyId: "ASIAEXAMPLE000000000", secretAccessKey: "a secret", sessionToken: "a+session/token==" },
  now: new Date("2026-11-21T16:00:00.500Z"),
};

function addressIn(token: string): URL {
  assert.ok(token.startsWith("k8s-aws-v1."));
  return new URL(Buffer.from(token.slice("k8s-aws-v1.".length), "base64url").toString());
}

/** Signature Version 4 of a presigned GET, by its specification alone. */
function signatureOf(url: URL, headers: Readonly<Record<string, string>>, secret: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...url.searchParams]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const names = (url.searchParams.get("X-Amz-SignedHeaders") ?? "").split(";");
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const sha = (text: string) => createHash("sha256").update(text).digest("hex");
  const canonical = ["GET", "/", query, lines, names.join(";"), sha("")].join("\n");
  const [, ...scope] = (url.searchParams.get("X-Amz-Credential") ?? "").split("/");
  const text = ["AWS4-HMAC-SHA256", url.searchParams.get("X-Amz-Date"), scope.join("/"), sha(canonical)].join("\n");
  const key = scope.reduce<string | Buffer>(
    (under, part) => createHmac("sha256", under).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac("sha256", key).update(text).digest("hex");
}

describe("a token for a cluster of EKS", () => {
  it("is what a client of Kubernetes expects of an exec plugin, and ends a minute before EKS takes it no more", async () => {
    const { kind, apiVersion, spec, status } = await eksToken("teamflow-prod", signer);
    assert.deepEqual([kind, apiVersion, spec], ["ExecCredential", "client.authentication.k8s.io/v1beta1", {}]);
    assert.equal(status.expirationTimestamp, "2026-11-21T16:14:00Z");
    assert.match(status.token, /^k8s-aws-v1\.[\w-]+$/, "base64url, without padding");
  });

  it("is an address of the region's STS, good for a minute, with the session's token", async () => {
    const url = addressIn((await eksToken("teamflow-prod", signer)).status.token);
    assert.equal(url.origin, "https://sts.us-west-2.amazonaws.com");
    const { "X-Amz-Signature": signature, ...query } = Object.fromEntries(url.searchParams);
    assert.match(signature ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(query, {
      Action: "GetCallerIdentity",
      Version: "2011-06-15",
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": "ASIAEXAMPLE000000000/20261121/us-west-2/sts/aws4_request",
      "X-Amz-Date": "20261121T160000Z",
      "X-Amz-Expires": "60",
      "X-Amz-Security-Token": "a+session/token==",
      "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
    });
  });

  it("bears a signature that is good for its own cluster and for no other", async () => {
    const url = addressIn((await eksToken("teamflow-prod", signer)).status.token);
    const made = url.searchParams.get("X-Amz-Signature");
    const expected = (cluster: string) => signatureOf(url, { host: url.host, "x-k8s-aws-id": cluster }, "a secret");
    assert.equal(made, expected("teamflow-prod"));
    assert.notEqual(made, expected("teamflow-staging"));
  });

  for (const [region, endpoint, origin] of [
    ["us-west-2", "http://127.0.0.1:2000", "http://127.0.0.1:2000"],
    ["us-west-2", "https://sts.example.com/", "https://sts.example.com"],
    ["eu-central-1", undefined, "https://sts.eu-central-1.amazonaws.com"],
    ["cn-north-1", undefined, "https://sts.cn-north-1.amazonaws.com.cn"],
  ] as const) {
    it(`asks ${origin} for ${region} with ${endpoint ?? "no address given"}`, async () => {
      const url = addressIn((await eksToken("prod", { ...signer, region, endpoint })).status.token);
      assert.equal(url.origin, origin);
      const headers = { host: url.host, "x-k8s-aws-id": "prod" };
      assert.equal(url.searchParams.get("X-Amz-Signature"), signatureOf(url, headers, "a secret"));
    });
  }
});
