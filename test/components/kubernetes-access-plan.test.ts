import assert from "node:assert/strict";
import fc from "fast-check";
import { type AccessSetting, explainCaller, planEntries } from "../../components/kubernetes-access-plan.ts";

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const sso = role("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef");

describe("components/kubernetes-access-plan: entries", () => {
  for (const [title, access, expected] of [
    ["nobody", [], []],
    [
      "a level for the whole cluster",
      [{ role: sso, level: "clusterAdmin" }],
      [
        {
          part: "AWSReservedSSO_Ops_0123456789abcdef",
          role: sso,
          grants: [{ level: "clusterAdmin", scope: { type: "cluster" } }],
        },
      ],
    ],
    [
      "one level in two namespaces, and another everywhere, in one entry",
      [
        { role: role("Dev"), level: "view" },
        { role: role("Dev"), level: "edit", namespace: "teamflow-pre" },
        { role: role("Dev"), level: "edit", namespace: "teamflow" },
      ],
      [
        {
          part: "Dev",
          role: role("Dev"),
          grants: [
            { level: "edit", scope: { type: "namespace", namespaces: ["teamflow", "teamflow-pre"] } },
            { level: "view", scope: { type: "cluster" } },
          ],
        },
      ],
    ],
    [
      "the wider of two scopes of one level",
      [
        { role: role("Dev"), level: "view", namespace: "teamflow" },
        { role: role("Dev"), level: "view" },
      ],
      [{ part: "Dev", role: role("Dev"), grants: [{ level: "view", scope: { type: "cluster" } }] }],
    ],
  ] as const satisfies readonly (readonly [string, readonly AccessSetting[], unknown])[]) {
    it(`plans ${title}`, () => assert.deepEqual(planEntries(access), expected));
  }

  const setting: fc.Arbitrary<AccessSetting> = fc.record(
    {
      role: fc.constantFrom(role("A"), role("B"), role("path/C")),
      level: fc.constantFrom("view" as const, "edit" as const, "admin" as const),
      namespace: fc.constantFrom("teamflow", "teamflow-pre"),
    },
    { requiredKeys: ["role", "level"] },
  );

  it("gives each role one entry and each of its levels one grant, whatever the order", () => {
    fc.assert(
      fc.property(fc.array(setting, { maxLength: 12 }), (access) => {
        const entries = planEntries(access);
        assert.deepEqual(planEntries([...access].reverse()), entries);
        assert.equal(new Set(entries.map(({ role }) => role)).size, entries.length);
        for (const { grants } of entries) assert.equal(new Set(grants.map(({ level }) => level)).size, grants.length);
      }),
    );
  });

  it("gives all that is asked for and nothing more", () => {
    fc.assert(
      fc.property(fc.array(setting, { maxLength: 12 }), (access) => {
        const given = planEntries(access).flatMap(({ grants, role }) =>
          grants.flatMap(({ level, scope }) =>
            (scope.type === "cluster" ? ["*"] : scope.namespaces).map((place) => `${role} ${level} ${place}`),
          ),
        );
        const asked = access.map(({ level, namespace = "*", role }) => `${role} ${level} ${namespace}`);
        for (const each of given) assert.ok(asked.includes(each), each);
        for (const each of asked) assert.ok(given.includes(each) || given.includes(each.replace(/ \S+$/, " *")), each);
      }),
    );
  });
});

describe("components/kubernetes-access-plan: whoever runs the program", () => {
  const access: readonly AccessSetting[] = [
    { role: sso, level: "clusterAdmin" },
    { role: role("Reader"), level: "view" },
  ];
  const ask = (callerArn: string, delivery: readonly string[] = []) =>
    explainCaller({ callerArn, stack: "prod", access, delivery })?.message;
  const session = (name: string, account = "123456789012") => `arn:aws:sts::${account}:assumed-role/${name}/ada`;

  it("is let in as an administrator whom settings name, by the role's name without its path", () =>
    assert.equal(ask(session("AWSReservedSSO_Ops_0123456789abcdef")), undefined));

  it("is let in as a deploying job", () =>
    assert.equal(ask(session("teamflow-prod-deploy"), [role("teamflow-prod-deploy")]), undefined));

  it("is let in as who one is in the sandbox", () => assert.equal(ask("arn:aws:iam::000000000000:root"), undefined));

  for (const [who, arn] of [
    ["somebody who may only look", session("Reader")],
    ["somebody whom settings do not name", session("Dev")],
    ["the same name in another account", session("AWSReservedSSO_Ops_0123456789abcdef", "999999999999")],
  ] as const) {
    it(`stops ${who} before anything is built, and says what to add`, () => {
      const name = /assumed-role\/([^/]+)/.exec(arn)?.[1];
      assert.equal(
        ask(arn),
        `Pulumi.prod.yaml: slipway:kubernetes.access does not let in whoever runs this: ${arn}.\n` +
          `  Add {role: <the ARN of the role ${name}, with its path>, level: clusterAdmin} to it, or run up in a workflow.`,
      );
    });
  }

  it("tells an IAM user to assume a role", () =>
    assert.match(
      ask("arn:aws:iam::123456789012:user/ada") ?? "",
      /Assume a role that slipway:kubernetes\.access names/,
    ));
});
