import assert from "node:assert/strict";
import { differences } from "../../../delivery/release/bundle.ts";
import { gate } from "../../../delivery/release/gate.ts";
import type { GateFacts } from "../../../delivery/release/gate-model.ts";
import type { Bundle, Decision, PromotionState } from "../../../delivery/release/model.ts";
import { build, decision, digest, open, processWith, promotion, running } from "./fixture.ts";

/*
 * Model check of two promotions to one environment: every state is visited that approvals, rejections, starts, ends and new bundles
 * lead to in any order. A state holds everything that was ever decided, so that visiting each once covers all interleavings. At
 * every deployment that begins, an oracle counts people and differences by itself.
 */

const process = processWith({
  checked: {
    title: "Checked",
    stack: "prod",
    data: "live",
    approvals: { frontend: ["release-manager"], backend: ["release-manager", "cto"], database: [], infrastructure: [] },
  },
});
const needed: Readonly<Record<string, readonly string[]>> = {
  frontend: ["release-manager"],
  backend: ["release-manager", "cto"],
};
const roles: Readonly<Record<string, readonly string[]>> = {
  "github:ada": ["release-manager"],
  "github:bob": ["release-manager", "cto"],
  "github:cyd": ["cto"],
  "github:dev": [],
};

const bundleOf = (letter: string, frontend: string, backend: string): Bundle => ({
  ...open.bundle,
  digest: digest(letter),
  deployables: build(frontend, backend, "a", "a"),
});
/** The bundles of each promotion, the second one made anew; built on what stood at the beginning. */
const bundles = [[bundleOf("1", "a", "b"), bundleOf("2", "c", "d")], [bundleOf("3", "e", "a")]] as const;
const byDigest = new Map(bundles.flat().map((one) => [one.digest, one]));
const requesters = ["github:dev", "github:ada"] as const;
/** What can be decided, by promotion; bob may give two approvals, ada one of her own request. */
const words: readonly (readonly [string, string, Decision["decision"]])[][] = [
  [
    ["github:ada", "release-manager", "approve"],
    ["github:bob", "release-manager", "approve"],
    ["github:bob", "cto", "approve"],
    ["github:cyd", "cto", "approve"],
    ["github:cyd", "cto", "reject"],
  ],
  [
    ["github:ada", "release-manager", "approve"],
    ["github:bob", "release-manager", "approve"],
    ["github:bob", "release-manager", "reject"],
  ],
];

interface OnePromotion {
  readonly bundle: string;
  readonly changed: readonly string[];
  readonly state: PromotionState;
  /** "digest actor role word", sorted. */
  readonly decided: readonly string[];
}

interface World {
  readonly promotions: readonly [OnePromotion, OnePromotion];
  /** The digest of what stands; empty before both. */
  readonly standing: string;
  readonly running?: 0 | 1;
}

const before = build("a", "a", "a", "a");
const standingIn = (world: World) => byDigest.get(world.standing)?.deployables ?? before;

function begin(): World {
  const fresh = (which: 0 | 1): OnePromotion => ({
    bundle: bundles[which][0].digest,
    changed: differences(bundles[which][0], before),
    state: "open",
    decided: [],
  });
  return { promotions: [fresh(0), fresh(1)], standing: "" };
}

function factsOf(world: World, which: 0 | 1): GateFacts {
  const { bundle, changed, decided, state } = world.promotions[which];
  return {
    ...open,
    promotion: {
      ...promotion,
      id: which,
      environment: "checked",
      bundle,
      changed,
      state,
      requestedBy: requesters[which],
    },
    bundle: bundleBy(bundle),
    standing: standingIn(world),
    decisions: decided.map((text) => {
      const [seen = "", actor = "", role = "", word = ""] = text.split(" ");
      return decision(actor, role, {
        promotion: which,
        bundle: seen,
        decision: word === "reject" ? "reject" : "approve",
      });
    }),
    roles,
    evidence: [],
    before: [],
    ...(world.running === undefined ? {} : { running: running({ environment: "checked", promotion: world.running }) }),
  };
}

function bundleBy(key: string): Bundle {
  const found = byDigest.get(key);
  assert.ok(found);
  return found;
}

/** Whether this promotion's deployment may begin, by counting: no code of the program decides here. */
function mayBegin(world: World, which: 0 | 1): boolean {
  const { bundle, changed, decided, state } = world.promotions[which];
  if (state !== "open" || world.running !== undefined) return false;
  const standing = standingIn(world);
  const next = bundleBy(bundle).deployables;
  const touched = (["frontend", "backend"] as const).filter((key) => next[key]?.image !== standing[key].image);
  if (touched.length === 0 || touched.some((key) => !changed.includes(key))) return false;
  const wanted = [...new Set([...touched, ...changed].flatMap((key) => needed[key] ?? []))];
  const said = decided.map((text) => text.split(" ")).filter(([seen]) => seen === bundle);
  if (said.some(([, actor = "", , word]) => word === "reject" && roles[actor]?.some((role) => wanted.includes(role))))
    return false;
  const able = (role: string) =>
    said
      .filter(([, actor, as, word]) => word === "approve" && as === role && actor !== requesters[which])
      .map(([, actor]) => actor);
  const [first, second] = wanted;
  if (first === undefined) return true;
  return able(first).some((one) => second === undefined || able(second).some((other) => other !== one));
}

interface Counts {
  states: number;
  events: number;
  deployments: number;
}

/** Visits every state. `judge` is the gate, or one that is broken on purpose. */
function explore(judge: typeof gate): Counts {
  const counts: Counts = { states: 0, events: 0, deployments: 0 };
  const start = begin();
  const seen = new Set([JSON.stringify(start)]);
  const queue = [start];
  // The queue grows while it is read: the nearest states first, where a broken gate is found soonest.
  for (const world of queue) {
    counts.states += 1;
    for (const next of successors(world, judge, counts)) {
      counts.events += 1;
      const key = JSON.stringify(next);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(next);
    }
  }
  return counts;
}

function successors(world: World, judge: typeof gate, counts: Counts): World[] {
  const next: World[] = [];
  for (const which of [0, 1] as const) {
    const one = world.promotions[which];
    const put = (more: Partial<OnePromotion>, rest: Partial<World> = {}): World => {
      const changed = { ...one, ...more };
      const [first, second] = world.promotions;
      return { ...world, promotions: which === 0 ? [changed, second] : [first, changed], ...rest };
    };
    if (one.state === "open") {
      for (const [actor, role, word] of words[which] ?? []) {
        const text = `${one.bundle} ${actor} ${role} ${word}`;
        if (!one.decided.includes(text)) next.push(put({ decided: [...one.decided, text].sort() }));
      }
      const renewed = bundles[which].find(({ digest: key }) => key > one.bundle);
      if (renewed) next.push(put({ bundle: renewed.digest, changed: differences(renewed, standingIn(world)) }));
    }
    const isOpen = judge(process, factsOf(world, which)).verdict === "open";
    assert.equal(isOpen, mayBegin(world, which), `promotion ${which} in ${JSON.stringify(world)}`);
    if (isOpen) {
      counts.deployments += 1;
      next.push(put({ state: "deploying" }, { running: which }));
    }
    if (world.running === which) {
      const { running: _ended, ...still } = world;
      const ended = (state: PromotionState, standing: string): World => {
        const { promotions } = put({ state });
        return { ...still, promotions, standing };
      };
      next.push(ended("deployed", one.bundle), ended("failed", world.standing));
    }
  }
  return next;
}

describe("two promotions to one environment, checked to the end", function () {
  // Seconds of work for one processor, and minutes on a machine that is busy with other tests.
  this.timeout(300_000);
  it("begin no deployment without all distinct approvals of that very bundle and of all that it changes by then", () => {
    const counts = explore(gate);
    console.log(`      ${counts.states} states, ${counts.events} events, ${counts.deployments} deployments`);
    assert.ok(counts.states > 10_000 && counts.deployments > 1_000);
  });

  it("would be found out by this check with a gate that overlooks something", () => {
    const careless: Readonly<Record<string, (facts: GateFacts) => GateFacts>> = {
      "that a bundle was made anew": (facts) => ({
        ...facts,
        decisions: facts.decisions.map((one) => ({ ...one, bundle: facts.promotion.bundle })),
      }),
      "what stands by now": (facts) => ({ ...facts, standing: before }),
      "what runs": ({ running: _running, ...facts }) => facts,
      "who asked": (facts) => ({ ...facts, promotion: { ...facts.promotion, requestedBy: "github:dev" } }),
      "that it is over": (facts) => ({ ...facts, promotion: { ...facts.promotion, state: "open" } }),
    };
    for (const [what, overlook] of Object.entries(careless)) {
      const judge: typeof gate = (rules, facts) => gate(rules, overlook(facts));
      assert.throws(() => explore(judge), assert.AssertionError, `a gate that overlooks ${what} is not found`);
    }
  });
});
