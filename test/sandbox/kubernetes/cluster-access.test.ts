import assert from "node:assert/strict";
import { eksToken } from "../../../delivery/aws/eks-token.ts";
import {
  type Caller,
  type ClusterUser,
  type Directory,
  policyGroup,
  principalOf,
} from "../../../sandbox/kubernetes/access-entries.ts";
import { identify } from "../../../sandbox/kubernetes/authenticator.ts";
import { namespaceBindings } from "../../../sandbox/kubernetes/namespace-bindings.ts";
import type { ClusterOrder } from "../../../sandbox/kubernetes/record.ts";
import { readToken, TokenRefused } from "../../../sandbox/kubernetes/token.ts";

const endpoint = "http://127.0.0.1:2000";
const now = new Date("2026-11-21T16:00:00Z");
const account = "123456789012";
const order: ClusterOrder = {
  id: "prod-1",
  name: "teamflow-prod",
  account,
  region: "us-west-2",
  version: "1.36",
  zones: [{ name: "us-west-2a", cidrs: ["10.2.16.0/20"] }],
};

async function tokenOf(at = now): Promise<string> {
  const credentials = { accessKeyId: account, secretAccessKey: "sandbox" };
  return (await eksToken(order.name, { region: "us-west-2", endpoint, credentials, now: at })).status.token;
}

/** A token whose address was changed after it was made. */
async function changed(change: (url: URL) => void): Promise<string> {
  const url = new URL(Buffer.from((await tokenOf()).slice(11), "base64url").toString());
  change(url);
  return `k8s-aws-v1.${Buffer.from(url.href).toString("base64url")}`;
}

describe("the tokens that a cluster of the sandbox reads", () => {
  const read = (token: string, at = now) => readToken(token, endpoint, at.getTime());

  it("are those of aws eks get-token, for a quarter of an hour", async () => {
    const token = await tokenOf();
    assert.equal(read(token).accessKey, account);
    read(token, new Date(now.getTime() + 15 * 60_000));
    assert.throws(() => read(token, new Date(now.getTime() + 15 * 60_000 + 1)), /has expired/);
    assert.throws(() => read(token, new Date(now.getTime() - 6 * 60_000)), /in the future/);
  });

  for (const [what, change, refusal] of [
    ["leads to another host", (url: URL) => (url.host = "sts.example.com"), /not STS's/],
    ["leads to another path", (url: URL) => (url.pathname = "/_slipway/remove-cluster"), /not STS's/],
    ["asks for something else", (url: URL) => url.searchParams.set("Action", "AssumeRole"), /something else/],
    ["asks for two things", (url: URL) => url.searchParams.append("Action", "AssumeRole"), /twice/],
    ["has a parameter that is not AWS's", (url: URL) => url.searchParams.set("RoleArn", "x"), /parameter RoleArn/],
    ["is not signed", (url: URL) => url.searchParams.delete("X-Amz-Signature"), /no x-amz-signature/],
    ["is not for a cluster", (url: URL) => url.searchParams.set("X-Amz-SignedHeaders", "host"), /not signed for/],
    ["is to last a day", (url: URL) => url.searchParams.set("X-Amz-Expires", "86400"), /last 86400 s/],
    ["has no time", (url: URL) => url.searchParams.set("X-Amz-Date", "yesterday"), /when it was signed/],
    ["names nobody", (url: URL) => url.searchParams.set("X-Amz-Credential", "/20261121"), /no access key/],
  ] as const) {
    it(`are refused when the address ${what}`, async () => {
      const token = await changed(change);
      assert.throws(() => read(token), refusal);
    });
  }

  for (const [what, token] of [
    ["nothing", ""],
    ["another kind of token", "eyJhbGciOiJSUzI1NiJ9.e30.x"],
    ["no base64url", "k8s-aws-v1.a b"],
    ["no address", `k8s-aws-v1.${Buffer.from("hello").toString("base64url")}`],
    ["far too much", `k8s-aws-v1.${"a".repeat(20_000)}`],
  ] as const) {
    it(`are refused when they are ${what}`, () => assert.throws(() => read(token), TokenRefused));
  }
});

describe("who may use a cluster of the sandbox", () => {
  const session: Caller = { account, arn: `arn:aws:sts::${account}:assumed-role/deploy/run-7`, userId: "AROA:run-7" };
  const user: ClusterUser = { username: session.arn, uid: session.userId, groups: ["deployers"], namespaced: [] };
  const directory = (caller: Caller, found?: ClusterUser): Directory => ({
    callerOf: async () => caller,
    userOf: async () => found,
  });
  const fresh = () => tokenOf(new Date());

  it("is who has an access entry, as that says", async () => {
    assert.deepEqual(await identify(await fresh(), order, { endpoint, directory: directory(session, user) }), user);
  });

  it("is not a role without one", async () => {
    await assert.rejects(
      identify(await fresh(), order, { endpoint, directory: directory(session) }),
      /assumed-role\/deploy\/run-7 has no access entry/,
    );
  });

  it("is the cluster's own account, which runs in the sandbox sign in as, and not that of another", async () => {
    const root = (of: string): Caller => ({ account: of, arn: `arn:aws:iam::${of}:root`, userId: of });
    const { groups } = await identify(await fresh(), order, { endpoint, directory: directory(root(account)) });
    assert.deepEqual(groups, ["slipway:eks:AmazonEKSClusterAdminPolicy"]);
    await assert.rejects(
      identify(await fresh(), order, { endpoint, directory: directory(root("999999999999")) }),
      /has no access entry/,
    );
  });

  it("knows a session by its role, whatever the role's path, and of no other account or like name", () => {
    const role = (name: string, of = account) => `arn:aws:iam::${of}:role/${name}`;
    assert.equal(principalOf(session, [role("other"), role("team/a/deploy")]), role("team/a/deploy"));
    assert.equal(
      principalOf(session, [role("deploy", "999999999999"), role("deploy/x"), role("my-deploy")]),
      undefined,
    );
    const person: Caller = { account, arn: `arn:aws:iam::${account}:user/deploy`, userId: "AIDA" };
    assert.equal(principalOf(person, [role("deploy")]), undefined);
    assert.equal(principalOf(person, [person.arn]), person.arn);
  });

  it("may do in namespaces only what a policy says of them, once they are there", async () => {
    const applied: { metadata: { name: string; namespace: string }; roleRef: { name: string } }[] = [];
    const kubectl = {
      run: async (args: readonly string[], input = "") => {
        if (args[0] === "get")
          return JSON.stringify({
            items: ["teamflow", "team-b", "xteam-b", "default"].map((name) => ({ metadata: { name } })),
          });
        applied.push(...JSON.parse(input).items);
        return "";
      },
    };
    const groups = await namespaceBindings(
      [
        { policy: "AmazonEKSEditPolicy", namespaces: ["teamflow", "later"] },
        { policy: "AmazonEKSViewPolicy", namespaces: ["team-*"] },
        { policy: "AmazonEKSAutoNodePolicy", namespaces: ["*"] },
      ],
      kubectl,
    );
    const [edit, view] = [policyGroup("AmazonEKSEditPolicy", "teamflow"), policyGroup("AmazonEKSViewPolicy", "team-b")];
    assert.deepEqual(groups, [edit, view]);
    assert.deepEqual(
      applied.map(({ metadata, roleRef }) => [metadata.namespace, roleRef.name]),
      [
        ["teamflow", "edit"],
        ["team-b", "view"],
      ],
    );
    assert.deepEqual(await namespaceBindings([], { run: () => assert.fail("nothing is asked for nothing") }), []);
  });
});
