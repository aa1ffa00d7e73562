import assert from "node:assert/strict";
import { parseDocument } from "yaml";
import { z } from "zod";
import { holdingOf } from "../../../delivery/cli/stateful.ts";
import { expectCode, type Outcome } from "./checkout.ts";

/** A change of settings that somebody might make to a stack that runs. */
export interface SettingChange {
  /** What changes, as a reviewer would say it. */
  readonly what: string;
  /** The new values, by their path below `config:` (`database.multiAz`); undefined removes. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Whether it says in other words what is so already. @default false */
  readonly noEffect?: boolean;
  /** Whether it cannot be made together with others, or would hide what they do. @default false */
  readonly alone?: boolean;
}

const previewSchema = z.object({
  steps: z.array(
    z.object({ op: z.string(), urn: z.string(), detailedDiff: z.record(z.string(), z.unknown()).nullish() }),
  ),
});
type Step = z.infer<typeof previewSchema>["steps"][number];

/** Operations by which something that was there goes. */
const goes = new Set(["delete", "delete-replaced", "create-replacement", "replace", "discard", "discard-replaced"]);

/** Previews settings that are not the stack's file. */
export type Preview = (settings: string) => Promise<Outcome>;

/**
 * Proves that none of the changes deletes or replaces anything that holds data. A preview takes long, so that changes of different
 * settings are made together; only when that fails does each get a preview of its own, to say which it was.
 *
 * @param settings the text of the stack's file
 * @throws AssertionError naming each change by which something goes, or which has no effect and so proves nothing
 */
export async function assertNothingIsLost(
  changes: readonly SettingChange[],
  settings: string,
  preview: Preview,
): Promise<void> {
  const together = await attempt(changes, settings, preview);
  if (together === undefined) return;
  const alone: string[] = [];
  for (const change of changes) {
    const problem = await attempt([change], settings, preview);
    if (problem !== undefined) alone.push(`${change.what}: ${problem}`);
  }
  assert.fail(alone.length > 0 ? alone.join("\n") : `only together: ${together}`);
}

/** What is wrong with a preview of these changes. */
async function attempt(
  changes: readonly SettingChange[],
  settings: string,
  preview: Preview,
): Promise<string | undefined> {
  try {
    const { stdout } = expectCode(await preview(changed(settings, changes)), 0);
    const { steps } = previewSchema.parse(JSON.parse(stdout));
    assert.deepEqual(
      steps.filter(({ op, urn }) => goes.has(op) && holdingOf(typeOf(urn)) !== undefined).map(({ urn }) => urn),
      [],
    );
    // Otherwise the changes have no effect, and prove nothing. As many places change as changes are to have one.
    const expected = changes.filter(({ noEffect }) => noEffect !== true).length;
    const found = placesOf(steps).size;
    assert.ok(found >= expected, `${found} places change, by ${expected} changes`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Which properties of which resources change, and which resources come and go. */
function placesOf(steps: readonly Step[]): ReadonlySet<string> {
  return new Set(
    steps
      .filter(({ op }) => op !== "same")
      .flatMap(({ detailedDiff, op, urn }) => {
        const properties = Object.keys(detailedDiff ?? {});
        return properties.length > 0 ? properties.map((property) => `${urn} ${property}`) : [`${op} ${urn}`];
      }),
  );
}

/** The resource's own type, without those of the components above it. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The text of a stack's file with changes made. */
export function changed(settings: string, changes: readonly SettingChange[]): string {
  const document = parseDocument(settings);
  for (const [setting, value] of changes.flatMap(({ set }) => Object.entries(set))) {
    const [group, ...rest] = setting.split(".");
    const place = ["config", `slipway:${group}`, ...rest];
    if (value === undefined) document.deleteIn(place);
    else document.setIn(place, value);
  }
  return document.toString();
}

/** Changes made together, at most: with more of them nobody could tell what a preview that fails is about. */
const largestRound = 10;

/** Parts changes into rounds, in each of which no two touch the same setting or one within the other. */
export function rounds(changes: readonly SettingChange[]): readonly (readonly SettingChange[])[] {
  const all: SettingChange[][] = [];
  for (const change of changes) {
    const round = all.find(
      (members) => members.length < largestRound && members.every((member) => !overlap(member, change)),
    );
    if (round) round.push(change);
    else all.push([change]);
  }
  return all;
}

function overlap(one: SettingChange, other: SettingChange): boolean {
  if (one.alone || other.alone) return true;
  const within = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}.`);
  return Object.keys(one.set).some((left) =>
    Object.keys(other.set).some((right) => within(left, right) || within(right, left)),
  );
}
