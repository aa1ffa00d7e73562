import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { checkText } from "../../delivery/cli/commands/policy/check.ts";
import { exemptionsOf } from "../../policy/exemptions.ts";
import { judge } from "../../policy/judge.ts";
import { packFor } from "../../policy/packs.ts";
import { planReport, type Report } from "../../policy/report/model.ts";
import { rules } from "../../policy/rules.ts";
import { readJudged } from "../../policy/state.ts";
import { CommandLine } from "./support/command-line.ts";
import { temporaryFolder } from "./support/temporary.ts";

const type = "aws:rds/instance:Instance";
const state = JSON.stringify({
  deployment: {
    resources: [
      {
        urn: `urn:pulumi:prod::teamflow::${type}::reports`,
        type,
        inputs: { publiclyAccessible: true, storageEncrypted: true },
      },
    ],
  },
});

describe("./slipway policy", function () {
  this.timeout(60_000);
  const folder = temporaryFolder("slipway-policy-");
  const file = path.join(folder, "state.json");
  const commands = new CommandLine();
  const slipway = (...args: readonly string[]) =>
    commands.run(["policy", ...args], { PATH: process.env.PATH, HOME: folder, NO_COLOR: "1" });
  before(() => writeFileSync(file, state));
  after(() => commands.end());

  it("lists every policy, by pack too, for people and for programs", async () => {
    const { code, stdout } = await slipway("list");
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^${rules.length} policies$`, "m"));
    const { policies } = JSON.parse((await slipway("list", "--pack", "gdpr", "--json")).stdout);
    assert.ok(policies.length > 0 && policies.length < rules.length);
    for (const { controls, packs, severity } of policies) {
      assert.ok(controls.some((control: string) => control.startsWith("GDPR ")));
      assert.ok(packs.includes("gdpr") && packs.includes("all"));
      assert.match(severity, /^(critical|high|medium|low)$/);
    }
  });

  it("explains a policy, its controls with their editions", async () => {
    const { code, stdout } = await slipway("explain", "database-exposure");
    assert.equal(code, 0);
    for (const part of [
      /^What {2}/m,
      /^Why {3}/m,
      /^Mend {2}/m,
      /aws:rds\/instance:Instance/,
      /production: mandatory/,
      /SOC 2 .*CC6\.6: /,
    ])
      assert.match(stdout, part);
    const explained = JSON.parse((await slipway("explain", "database-exposure", "--json")).stdout);
    assert.ok(explained.controls.every(({ title }: { title: string }) => title.length > 0));
  });

  it("names the nearest policy for one that there is not", async () => {
    const { code, stderr } = await slipway("explain", "database-exposures");
    assert.equal(code, 2);
    assert.match(stderr, /There is no policy "database-exposures"\. Do you mean "database-/);
  });

  it("judges a file, and fails on a violation", async () => {
    const { code, stdout } = await slipway("check", "--file", file);
    assert.equal(code, 1);
    assert.match(stdout, /^ {2}database-exposure \(critical\)\n {4}reports has a public address\.\n {4}Mend: /m);
    assert.match(stdout, /^prod: not compliant\. /m);
  });

  it("judges by a part of the policies, and says all as JSON", async () => {
    const { code, stdout } = await slipway("check", "--file", file, "--pack", "supply-chain", "--json");
    const report = JSON.parse(stdout) as Report;
    assert.equal(report.pack, "supply-chain");
    assert.ok(
      report.results.every(({ policy }) => rules.find(({ name }) => name === policy)?.category === "supply chain"),
    );
    assert.equal(code, report.compliant ? 0 : 1);
  });

  it("writes a report in every form, or one of them to standard output", async () => {
    const output = path.join(folder, "report");
    const { code, stderr } = await slipway("report", "--file", file, "--output", output);
    assert.equal(code, 0, stderr);
    for (const ending of ["json", "md", "sarif", "html", "oscal.json"])
      assert.ok(readFileSync(path.join(output, `policy-report.${ending}`), "utf8").length > 1000, ending);
    const { stdout } = await slipway("report", "--file", file, "--format", "sarif");
    assert.equal(JSON.parse(stdout).version, "2.1.0");
  });

  for (const [what, args, code, problem] of [
    ["neither stack nor file", ["check"], 2, /judges a stack or a file/],
    ["both", ["check", "--stack", "prod", "--file", "x"], 2, /judges a stack or a file/],
    ["a stack that there is not", ["check", "--stack", "qa"], 2, /There is no stack "qa"/],
    ["a file that there is not", ["check", "--file", "no-such.json"], 1, /no-such\.json cannot be judged: /],
    ["a pack that there is not", ["check", "--file", "x", "--pack", "soc3"], 2, /Allowed choices are all, soc2/],
    ["a report of nothing", ["report", "--format", "json"], 2, /is about stacks or files/],
    ["several forms for standard output", ["report", "--file", "x"], 2, /Standard output takes one format, not 5/],
    ["an unknown form", ["report", "--file", "x", "--format", "pdf"], 2, /Allowed choices are json/],
  ] as const)
    it(`refuses ${what}`, async () => {
      const outcome = await slipway(...args);
      assert.equal(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, problem);
      assert.equal(outcome.stdout, "");
    });

  for (const [what, text, problem] of [
    ["no JSON", "{", /cannot be judged: /],
    ["other JSON", "{}", /neither what `pulumi stack export` prints/],
    ["an empty state", '{"deployment":{}}', /holds no resource/],
  ] as const)
    it(`refuses a file with ${what}`, async () => {
      const wrong = path.join(folder, "wrong.json");
      writeFileSync(wrong, text);
      const { code, stderr } = await slipway("check", "--file", wrong);
      assert.equal(code, 1);
      assert.match(stderr, problem);
    });

  it("says when a report cannot be written", async () => {
    const output = path.join(folder, "occupied");
    mkdirSync(path.join(output, "policy-report.json"), { recursive: true });
    const { code, stderr } = await slipway("report", "--file", file, "--format", "json", "--output", output);
    assert.equal(code, 1);
    assert.match(stderr, /policy-report\.json cannot be written/);
  });

  describe("tells of exemptions", () => {
    const exemption = {
      policy: "database-exposure",
      stack: "prod",
      resource: `${type} reports`,
      finding: "has a public address.",
      reason: "Reporting moves into the network next month.",
      owner: "devops-lead",
      approver: "cto",
      expires: "2026-12-31",
    };
    const told = (today: string, finding = exemption.finding) => {
      const { digest, kind, population } = readJudged(state);
      const exemptions = exemptionsOf([{ ...exemption, finding }], today);
      const selected = packFor("prod", {}).filter(({ rule }) => rule.name === "database-exposure");
      const judgements = judge(selected, population, exemptions);
      const facts = { stack: "prod", kind, digest, resources: 1, judgedAt: today, pack: "all", version: "0" };
      const report = planReport({ ...facts, selected, judgements, exemptions });
      return { report, text: stripVTControlCharacters(checkText(report)) };
    };

    it("that hold: who answers for them, until when", () => {
      const { report, text } = told("2026-12-31");
      assert.ok(report.compliant);
      assert.match(text, /Until 2026-12-31; devops-lead, approved by cto\./);
      assert.match(text, /prod: compliant\./);
    });

    it("that have expired, and that nothing needs", () => {
      const late = told("2027-01-01");
      assert.ok(!late.report.compliant);
      assert.match(late.text, /Exemptions that have expired/);
      const idle = told("2026-12-01", "is something else.");
      assert.ok(!idle.report.compliant);
      assert.match(idle.text, /Exemptions that nothing needs any more/);
    });
  });
});
