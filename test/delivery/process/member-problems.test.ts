import assert from "node:assert/strict";
import fc from "fast-check";
import { distinctPeople } from "../../../delivery/process/distinct-people.ts";
import { memberProblems } from "../../../delivery/process/member-problems.ts";
import { parseProcess } from "../../../delivery/process/read.ts";
import { seed } from "../../../sandbox/github/seed-data.ts";
import { defaultProcess, defaultText, exampleProcess } from "./support/shipped.ts";

/** Every role's team with two people of its own, but for what is said otherwise. */
function teams(changes: Readonly<Record<string, readonly string[] | undefined>> = {}) {
  const all = Object.values(defaultProcess.roles).map(({ team }) => [team, [`${team}-1`, `${team}-2`]] as const);
  const changed = new Map<string, readonly string[]>(all);
  for (const [team, people] of Object.entries(changes)) {
    if (people === undefined) changed.delete(team);
    else changed.set(team, people);
  }
  return changed;
}

describe("teams that cannot give what the process asks", () => {
  it("are none where every role has two people of its own", () =>
    assert.deepEqual(memberProblems(defaultProcess, teams()), []));

  const table: Readonly<Record<string, [changes: Parameters<typeof teams>[0], ...problems: readonly string[]]>> = {
    "a team that does not exist": [
      { dba: undefined },
      'The team "dba" of the role dba (Database Administrator) does not exist. Create it in GitHub, or name another in roles.',
    ],
    "a team that has nobody, although it is only told": [
      { ceo: [] },
      'The team "ceo" of the role ceo (CEO) has no members. Add who holds the role.',
    ],
    "one person in a role, who asks": [
      { "team-lead": ["ada"] },
      ...["frontend", "backend", "database", "infrastructure", "voice-ai"].map(
        (deployable) =>
          `Nobody could approve ${deployable} in feature when ada asks: team-lead needs another person, and there is nobody. Add members to the team "team-lead".`,
      ),
    ],
    "two people for three roles, whoever asks": [
      { "release-manager": ["ada", "bob", "eve"], cto: ["ada", "bob"], "security-lead": ["ada", "bob"] },
      ...["database", "infrastructure"].map(
        (deployable) =>
          `Nobody could approve ${deployable} in production when ada asks: cto and security-lead need 2 different people, and there is bob. Add members to one of the teams "cto", "security-lead".`,
      ),
    ],
    "two deployables that need the same two people": [
      { "ai-lead": ["ada", "bob"], "devops-lead": ["ada", "bob"] },
      'Nobody could approve all deployables at once in staging when ada asks: ai-lead and devops-lead need 2 different people, and there is bob. Add members to one of the teams "ai-lead", "devops-lead".',
    ],
  };
  for (const [what, [changes, ...problems]] of Object.entries(table)) {
    it(`are told: ${what}`, () => assert.deepEqual(memberProblems(defaultProcess, teams(changes)), problems));
  }

  it("are not those of a role that nobody uses", () => {
    const { process } = parseProcess(
      defaultText.replace("  ceo: {", "  intern: { title: Intern, team: interns }\n  ceo: {"),
      "p.yaml",
    );
    assert.deepEqual(memberProblems(process, teams()), []);
  });

  it("are those of an emergency whose only approver asks, unless they may act alone", () => {
    const problems = (alone: string) => {
      const text = defaultText.replaceAll(/^ {6}alone: true\n/gm, alone);
      return memberProblems(parseProcess(text, "p.yaml").process, teams({ "on-call": ["ada"] }));
    };
    assert.deepEqual(problems("      alone: true\n"), []);
    assert.deepEqual(problems(""), [
      'Nobody could approve an emergency of severity critical when ada asks: on-call needs another person, and there is nobody. Add members to the team "on-call".',
    ]);
  });

  it("are none of the second process with people enough", () => {
    const people = new Map(Object.values(exampleProcess.roles).map(({ team }) => [team, [`${team}-1`, `${team}-2`]]));
    assert.deepEqual(memberProblems(exampleProcess, people), []);
  });

  it("are none in the local GitHub, but for teams that it does not have", () => {
    const local = new Map<string, readonly string[]>(seed.teams.map(({ slug, members }) => [slug, members]));
    for (const { team } of Object.values(defaultProcess.roles)) {
      if (!local.has(team)) local.set(team, ["elena-rossi", "marcus-hale"]);
    }
    assert.deepEqual(memberProblems(defaultProcess, local), []);
  });
});

describe("distinct people for roles", () => {
  const person: fc.Arbitrary<string> = fc.constantFrom("ada", "bob", "eve", "joe", "kim");
  const candidates = fc
    .array(fc.uniqueArray(person), { maxLength: 5 })
    .map((lists) => new Map(lists.map((people, index) => [`role-${index}`, people])));

  /** By trying everything. */
  function possible(open: ReadonlyArray<readonly string[]>, taken: readonly string[]): boolean {
    const [first, ...others] = open;
    if (first === undefined) return true;
    return first.some((one) => !taken.includes(one) && possible(others, [...taken, one]));
  }

  it("are found exactly when they exist, and the shortage is one", () => {
    fc.assert(
      fc.property(candidates, fc.option(person, { nil: undefined }), (candidates, without) => {
        const found = distinctPeople(candidates, without);
        const taken = without === undefined ? [] : [without];
        assert.equal("filled" in found, possible([...candidates.values()], taken));
        if ("filled" in found) {
          assert.deepEqual([...found.filled.keys()].sort(), [...candidates.keys()].sort());
          assert.equal(new Set(found.filled.values()).size, candidates.size);
          for (const [role, one] of found.filled) assert.ok(one !== without && candidates.get(role)?.includes(one));
        } else {
          const { roles, people } = found.shortage;
          assert.ok(people.length < roles.length);
          const all = new Set(roles.flatMap((role) => candidates.get(role) ?? []));
          all.delete(without ?? "");
          assert.deepEqual(people, [...all].sort());
        }
      }),
      { numRuns: 1000 },
    );
  });
});
