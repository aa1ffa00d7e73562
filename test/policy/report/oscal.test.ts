import assert from "node:assert/strict";
import { allControls } from "../../../policy/frameworks/index.ts";
import type { Report } from "../../../policy/report/model.ts";
import { oscal } from "../../../policy/report/oscal.ts";
import { tokenOf } from "../../../policy/report/oscal-parts.ts";
import { uuid5 } from "../../../policy/report/uuid.ts";
import { exampleReport, goodReport } from "../support/report.ts";

type Json = Readonly<Record<string, unknown>>;

interface Result extends Json {
  readonly props: readonly Json[];
  readonly "reviewed-controls": Json;
  readonly observations: readonly Json[];
  readonly risks: readonly Json[];
  readonly findings: readonly Json[];
}

const written = (...reports: readonly Report[]) =>
  JSON.parse(oscal.write(reports))["assessment-results"] as Json & { readonly results: readonly Result[] };
const ns = "https://slipway.dev/ns/oscal";
const document = written(exampleReport(), goodReport({ stack: "staging" }));
const [result = assert.fail()] = document.results;

/** Every value of a key, however deep. */
function valuesOf(key: string, value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [...(name === key ? [each] : []), ...valuesOf(key, each)]);
}

describe("a report as OSCAL assessment results", () => {
  it("has a result for each stack, with its verdict and what was judged", () => {
    assert.deepEqual(
      document.results.map(({ title, start, end }) => [title, start, end]),
      [
        ["Policies on prod", "2026-12-01T03:00:00.000Z", "2026-12-01T03:00:00.000Z"],
        ["Policies on staging", "2026-12-01T03:00:00.000Z", "2026-12-01T03:00:00.000Z"],
      ],
    );
    assert.deepEqual(result.props.slice(0, 4), [
      { name: "compliant", ns, value: "no" },
      { name: "pack", ns, value: "all" },
      { name: "judged", ns, value: "state" },
      { name: "digest", ns, value: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" },
    ]);
  });

  it("selects the controls that policies cover, and says of the others who has to show them", () => {
    assert.deepEqual(result["reviewed-controls"], {
      props: [{ name: "not-covered", ns, value: "soc2_cc1.1", class: "organization" }],
      "control-selections": [
        {
          description: "SOC 2, 2017",
          props: [
            { name: "framework", ns, value: "SOC2" },
            { name: "covered", ns, value: "3" },
            { name: "controls", ns, value: "4" },
          ],
          links: [{ href: "https://www.aicpa-cima.com/", rel: "reference" }],
          "include-controls": [
            { "control-id": "soc2_cc6.6" },
            { "control-id": "soc2_cc7.2" },
            { "control-id": "soc2_a1.1" },
          ],
        },
        {
          description: "NIST SP 800-53, Revision 5",
          props: [
            { name: "framework", ns, value: "NIST" },
            { name: "covered", ns, value: "1" },
            { name: "controls", ns, value: "1" },
          ],
          links: [{ href: "https://doi.org/10.6028/NIST.SP.800-53r5", rel: "reference" }],
          "include-controls": [{ "control-id": "nist_ac-6.1" }],
        },
      ],
      remarks: "1 control of 5 no policy covers: each is a property, whose class says who has to show that it holds.",
    });
  });

  it("concludes of a control what its policies found, and nothing where they found nothing", () => {
    assert.deepEqual(
      result.findings.map(({ target, title }) => {
        const { "target-id": id, status } = target as Json;
        return [title, id, status];
      }),
      [
        [
          "SOC2 CC6.6: The boundary keeps threats from outside out",
          "soc2_cc6.6",
          { state: "not-satisfied", reason: "fail", remarks: "failed." },
        ],
        [
          "SOC2 CC7.2: Systems are watched for anomalies, which are analysed",
          "soc2_cc7.2",
          { state: "not-satisfied", reason: "fail", remarks: "failed." },
        ],
        [
          "SOC2 A1.1: Capacity is measured and grows with demand",
          "soc2_a1.1",
          { state: "satisfied", reason: "pass", remarks: "passed." },
        ],
      ],
    );
  });

  it("does not call satisfied what is only exempt, or not known yet", () => {
    for (const status of ["exempt", "unknown"] as const) {
      const controls = goodReport().controls.map((control) => ({ ...control, status }));
      const [finding] = written(goodReport({ controls })).results[0]?.findings ?? [];
      assert.deepEqual([valuesOf("state", finding), valuesOf("reason", finding)], [["not-satisfied"], ["other"]]);
    }
  });

  it("has a risk for each finding; an exempt one is accepted up to its last day", () => {
    assert.deepEqual(
      result.risks.map(({ deadline, description, status }) => [description, status, deadline]),
      [
        ["main has a public address.", "open", undefined],
        ["old keeps its data unencrypted.", "deviation-approved", "2027-03-31T23:59:59Z"],
        ["app keeps nothing beyond 7 days.", "open", undefined],
      ],
    );
    assert.deepEqual(
      valuesOf("remediations", result.risks[1]).flatMap((list) =>
        (list as Json[]).map(({ description, lifecycle }) => [lifecycle, description]),
      ),
      [
        ["recommendation", "Set publiclyAccessible to false."],
        ["completed", "It is read-only, and goes in March."],
      ],
    );
  });

  it("observes every resource by a test", () => {
    const [, observation = assert.fail()] = result.observations;
    assert.deepEqual([observation.methods, observation.types], [["TEST"], ["control-objective"]]);
    assert.deepEqual(
      (observation.subjects as Json[]).map(({ props, remarks, title }) => [
        title,
        (props as Json[])[0]?.value,
        remarks,
      ]),
      [
        ["main", "failed", "failed.\n\nmain has a public address."],
        ["old", "exempt", "exempt.\n\nold keeps its data unencrypted."],
        ["good", "passed", "passed."],
        ["odd", "error", "could not be judged.\n\ntags is not iterable"],
      ],
    );
  });

  it("refers to nothing that it does not define", () => {
    const defined = new Set(valuesOf("uuid", document));
    const references = ["subject-uuid", "observation-uuid", "risk-uuid", "actor-uuid", "component-uuid"];
    for (const key of references) {
      const values = valuesOf(key, document);
      assert.ok(values.length > 0, key);
      for (const value of values) assert.ok(defined.has(value), `${key} ${value}`);
    }
    const fragments = valuesOf("href", document).filter((href) => String(href).startsWith("#"));
    assert.ok(fragments.length > 2);
    for (const fragment of fragments) assert.ok(defined.has(String(fragment).slice(1)), String(fragment));
  });

  it("gives each thing an identifier of its own; a resource keeps its own from state to state", () => {
    const later = written(exampleReport({ digest: "a".repeat(64) }));
    const identifiers = (from: Json | undefined) => {
      const { uuid, "local-definitions": definitions, risks, findings, observations } = from as Json;
      const items = (definitions as Json)["inventory-items"] as Json[];
      const others = [{ uuid }, risks, findings, observations].flat() as Json[];
      return { items: items.map((each) => each.uuid), others: others.map((each) => each.uuid) };
    };
    const [before, after] = [identifiers(result), identifiers(later.results[0])];
    assert.equal(new Set([...before.items, ...before.others]).size, before.items.length + before.others.length);
    assert.deepEqual(after.items, before.items);
    assert.equal(new Set([...before.others, ...after.others]).size, 2 * before.others.length);
  });

  it("writes every control there is as a token of its own", () => {
    const tokens = allControls().map(({ id }) => tokenOf(id));
    for (const token of tokens) assert.match(token, /^[a-z][a-z0-9._-]*$/);
    assert.equal(new Set(tokens).size, tokens.length);
    assert.deepEqual((["SOC2 CC6.1", "NIST AC-2(1)", "CIS-AWS 2.3.2", "GDPR 5(1)(f)"] as const).map(tokenOf), [
      "soc2_cc6.1",
      "nist_ac-2.1",
      "cis-aws_2.3.2",
      "gdpr_5.1.f",
    ]);
  });
});

describe("a UUID of version 5", () => {
  it("is that of the standard's example", () => {
    // RFC 9562, appendix A.4: www.example.com in the namespace of domain names.
    assert.equal(
      uuid5("www.example.com", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
  });
});
