import assert from "node:assert/strict";
import { gate } from "../../../delivery/release/gate.ts";
import type { GateFacts } from "../../../delivery/release/gate-model.ts";
import type { Decision } from "../../../delivery/release/model.ts";
import { build, decision, digest, open, processWith, promotion } from "./fixture.ts";

/*
 * Model check of the people part: all combinations of up to four roles, up to five people and what they said are put before the
 * gate, and it has to be open exactly when an oracle says so that knows nothing of matchings: it tries all ways to seat people.
 *
 * Symmetry keeps the number down. People differ only by what they hold and said, so that multisets of kinds of people are
 * enough; and of somebody whose word does not count it is enough to try, for four and more people, the strongest word.
 */

const allRoles = ["cto", "release-manager", "security-lead", "tech-lead"] as const;

/** A person as the check sees it: which roles they hold, and what they said in which role. */
interface Person {
  readonly holds: readonly string[];
  readonly said: readonly Decision[];
  readonly asked?: true;
}

const says = (role: string, more: Partial<Decision> = {}) => decision("", role, more);
const faults: Readonly<Record<string, Partial<Decision>>> = {
  "of another bundle": { bundle: digest("c") },
  expired: { decidedAt: "2026-11-01T00:00:00.000Z" },
  "under other rules": { process: { version: 7, digest: digest("6") } },
};

function subsets<T>(items: readonly T[]): T[][] {
  return items.reduce<T[][]>((all, item) => all.concat(all.map((few) => few.concat(item))), [[]]);
}

/** Whose word counts: each set of roles, held and approved in. */
const good = (roles: readonly string[]): Person[] =>
  some(roles).map((set) => ({ holds: set, said: set.map((role) => says(role)) }));
const some = (roles: readonly string[]) => subsets(roles).filter((set) => set.length > 0);
/** Whose word does not: for each reason, with these sets of roles. */
const bad = (sets: readonly (readonly string[])[]): Person[] =>
  sets.flatMap((set) => [
    ...Object.values(faults).map((fault) => ({ holds: set, said: set.map((role) => says(role, fault)) })),
    { holds: set, said: set.map((role) => says(role)), asked: true as const },
    { holds: [], said: set.map((role) => says(role)) },
  ]);
/** Who rejects: with a role, without, of another bundle; and who says nothing. */
const others = (roles: readonly string[]): Person[] => [
  { holds: roles.slice(0, 1), said: [says(roles[0] ?? "", { decision: "reject" })] },
  { holds: roles.slice(-1), said: [says("devops-lead", { decision: "reject" })] },
  { holds: ["devops-lead"], said: [says(roles[0] ?? "", { decision: "reject" })] },
  { holds: roles, said: [says(roles[0] ?? "", { decision: "reject", bundle: digest("c") })] },
  { holds: roles, said: [] },
];

/** Everybody there can be whose words differ from role to role: valid, faulty, not held, rejecting, silent. */
function mixed(roles: readonly string[]): Person[] {
  const words = (role: string): Person[] => [
    { holds: [], said: [] },
    { holds: [role], said: [] },
    { holds: [role], said: [says(role)] },
    { holds: [], said: [says(role)] },
    ...Object.values(faults).map((fault) => ({ holds: [role], said: [says(role, fault)] })),
    { holds: [role], said: [says(role, { decision: "reject" })] },
  ];
  return roles.reduce<Person[]>(
    (people, role) =>
      people.flatMap((one) =>
        words(role).map((more) => ({ holds: [...one.holds, ...more.holds], said: [...one.said, ...more.said] })),
      ),
    [{ holds: [], said: [] }],
  );
}

/** All multisets of a size. */
function* multisets<T>(kinds: readonly T[], size: number, from = 0): Generator<T[]> {
  if (size === 0) yield [];
  for (let index = from; size > 0 && index < kinds.length; index += 1) {
    for (const rest of multisets(kinds, size - 1, index)) yield [kinds[index] as T, ...rest];
  }
}

/** Two deployables ask for the roles, turn about, so that one alone never asks for all. */
const processOf = (roles: readonly string[]) =>
  processWith({
    checked: {
      title: "Checked",
      stack: "prod",
      data: "live",
      approvals: {
        frontend: roles.filter((_, index) => index % 2 === 0),
        backend: roles.filter((_, index) => index % 2 === 1),
        database: [],
        infrastructure: [],
      },
    },
  });

const base: GateFacts = {
  ...open,
  promotion: { ...promotion, environment: "checked", changed: ["backend", "frontend"] },
  bundle: { ...open.bundle, deployables: build("b", "b", "a", "a") },
  evidence: [],
  before: [],
};

function factsOf(people: readonly Person[]): GateFacts {
  const named = people.map((person, index) => ({ ...person, name: `github:p${index}` }));
  const requestedBy = named.find(({ asked }) => asked)?.name ?? "github:dev";
  return {
    ...base,
    promotion: { ...base.promotion, requestedBy },
    decisions: named.flatMap(({ name, said }) => said.map((one) => ({ ...one, actor: name }))),
    roles: Object.fromEntries(named.map(({ holds, name }) => [name, holds])),
  };
}

/** The oracle: nobody who may say no does, and there is some way to seat people. It tries them all. */
function mayGo(people: readonly Person[], roles: readonly string[]): boolean {
  const now = Date.parse(open.now);
  const seen = (one: Decision) => one.bundle === open.bundle.digest;
  if (
    people.some(
      ({ holds, said }) =>
        said.some((one) => one.decision === "reject" && seen(one)) && holds.some((role) => roles.includes(role)),
    )
  )
    return false;
  const mayFill = (person: Person, role: string) =>
    !person.asked &&
    person.holds.includes(role) &&
    person.said.some(
      (one) =>
        one.decision === "approve" &&
        one.role === role &&
        seen(one) &&
        one.process.digest === open.process.digest &&
        now - Date.parse(one.decidedAt) < 3 * 86_400_000,
    );
  const seat = (left: readonly string[], free: readonly Person[]): boolean => {
    const [role, ...rest] = left;
    if (role === undefined) return true;
    return free.some((person, index) => mayFill(person, role) && seat(rest, free.toSpliced(index, 1)));
  };
  return seat(roles, people);
}

/** Puts all multisets before the gate; counts them, and how often it opened. */
function check(kinds: readonly Person[], roles: readonly string[], size: number, judge = gate) {
  const process = processOf(roles);
  let checked = 0;
  let opened = 0;
  for (const people of multisets(kinds, size)) {
    // One person asks. More who did would be the same person.
    if (people.filter(({ asked }) => asked).length > 1) continue;
    const answer = judge(process, factsOf(people));
    const isOpen = answer.verdict === "open";
    if (isOpen !== mayGo(people, roles)) {
      assert.fail(`the gate is ${answer.verdict} for ${roles.join(", ")} with ${JSON.stringify(people)}`);
    }
    if (isOpen) {
      const fillers = answer.approvals.map(({ actor }) => actor);
      assert.equal(new Set(fillers).size, roles.length);
      assert.ok(!fillers.includes(undefined));
      opened += 1;
    }
    checked += 1;
  }
  return { checked, opened };
}

describe("the gate and people, checked to the end", function () {
  // Seconds of work for one processor, and minutes on a machine that is busy with other tests.
  this.timeout(300_000);
  let states = 0;
  const run = (kinds: readonly Person[], roles: readonly string[], size: number) => {
    const { checked, opened } = check(kinds, roles, size);
    states += checked;
    return opened;
  };
  after(() => console.log(`      ${states} situations checked`));

  for (const count of [1, 2, 3, 4]) {
    const roles = allRoles.slice(0, count);
    const singles = roles.slice(0, 1).map((role) => [role]);

    it(`opens for ${count} role(s) exactly when distinct people fill them: up to three people, every word in every set of roles`, () => {
      const kinds = [...good(roles), ...bad(some(roles)), ...others(roles)];
      const opened = [0, 1, 2, 3].map((size) => run(kinds, roles, size));
      // With fewer people than roles it never opens, with as many it does.
      assert.deepEqual(
        opened.slice(0, count),
        opened.slice(0, count).map(() => 0),
      );
      if (count <= 3) assert.ok((opened[count] ?? 0) > 0);
    });

    it(`opens for ${count} role(s) exactly when distinct people fill them: four and five people, every valid word and the strongest void ones`, () => {
      assert.ok(run([...good(roles), ...bad([roles, ...singles]), ...others(roles)], roles, 4) > 0);
      assert.ok(run([...good(roles), ...bad([roles]), ...others(roles).slice(0, 3)], roles, 5) > 0);
    });
  }

  it("opens exactly then when people say different things in different roles", () => {
    assert.ok(run(mixed(allRoles.slice(0, 2)), allRoles.slice(0, 2), 3) > 0);
  });

  it("would find a gate that lets somebody fill two roles, counts void words, or overhears a no", () => {
    const roles = allRoles.slice(0, 2);
    const kinds = [...good(roles), ...bad(some(roles)), ...others(roles)];
    const forgetful: Readonly<Record<string, (facts: GateFacts) => GateFacts>> = {
      "which bundle was seen": (facts) => changed(facts, { bundle: open.bundle.digest }),
      "which rules held": (facts) => changed(facts, { process: open.process }),
      "when it was": (facts) => changed(facts, { decidedAt: open.now }),
      "who asked": (facts) => ({ ...facts, promotion: { ...facts.promotion, requestedBy: "github:dev" } }),
      "who said no": (facts) => ({ ...facts, decisions: facts.decisions.filter((one) => one.decision === "approve") }),
      "which roles people hold": (facts) => ({
        ...facts,
        roles: Object.fromEntries(Object.keys(facts.roles).map((actor) => [actor, roles])),
      }),
      "that people are one person": (facts) => ({
        ...facts,
        decisions: facts.decisions.map((one) => ({ ...one, actor: `${one.actor}/${one.role}` })),
        roles: Object.fromEntries(
          Object.entries(facts.roles).flatMap(([actor, held]) => held.map((role) => [`${actor}/${role}`, [role]])),
        ),
      }),
    };
    for (const [what, forget] of Object.entries(forgetful)) {
      assert.throws(
        () => [1, 2, 3].map((size) => check(kinds, roles, size, (process, facts) => gate(process, forget(facts)))),
        assert.AssertionError,
        `a gate that forgets ${what} is not found`,
      );
    }
  });
});

function changed(facts: GateFacts, more: Partial<Decision>): GateFacts {
  return { ...facts, decisions: facts.decisions.map((one) => ({ ...one, ...more })) };
}
