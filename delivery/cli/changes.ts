import { z } from "zod";
import { holdingOf } from "./stateful.ts";

/** What happens, or happened, to one resource. */
export interface Change {
  readonly operation: "replace" | "delete" | "update" | "create" | "read" | "other";
  /** The resource's logical name. */
  readonly name: string;
  /** Its type without the package's module path: `github:RepositoryEnvironment`. */
  readonly type: string;
  /** Every property that changes, down to the leaves; none for a creation or a deletion. */
  readonly properties: readonly PropertyChange[];
  /** Of a replacement: the properties that force it. */
  readonly because?: readonly string[];
  /** For a resource that holds data, keys or names: what goes with it when it goes. */
  readonly holds?: string;
  /** Protected: the engine refuses to delete or replace it. */
  readonly protected?: true;
  /** Only forgotten when it is deleted; the thing itself stays where it is. */
  readonly retained?: true;
}

/** Whether a change loses what a resource holds. One that is only forgotten loses nothing; a new one in its place is empty. */
export function losesData({ operation, holds, retained }: Change): boolean {
  return holds !== undefined && (operation === "replace" || (operation === "delete" && !retained));
}

/** A property before and after; what was not there before, or is not there after, has no such key. */
export interface PropertyChange {
  /** `flags.new_dashboard`, `list[1]` */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What the engine's log of events tells of a preview or a refresh. */
export interface ChangeSummary {
  readonly changes: readonly Change[];
  /** How many resources stay as they are. */
  readonly unchanged: number;
  /** Violations of policies, as the pack words them. */
  readonly violations: readonly {
    readonly policy: string;
    readonly level: string;
    readonly resource: string;
    readonly message: string;
  }[];
}

const stateSchema = z
  .object({
    inputs: z.record(z.string(), z.unknown()).nullish(),
    outputs: z.record(z.string(), z.unknown()).nullish(),
    protect: z.boolean().optional(),
    retainOnDelete: z.boolean().optional(),
  })
  .nullish();
const stepSchema = z.object({
  metadata: z.object({
    op: z.string(),
    urn: z.string(),
    type: z.string(),
    old: stateSchema,
    new: stateSchema,
    keys: z.array(z.string()).nullish(),
    diffs: z.array(z.string()).nullish(),
    detailedDiff: z.record(z.string(), z.unknown()).nullish(),
  }),
});
const eventSchema = z.object({
  resourcePreEvent: stepSchema.optional(),
  resOutputsEvent: stepSchema.optional(),
  policyEvent: z
    .object({
      policyName: z.string(),
      enforcementLevel: z.string(),
      message: z.string(),
      resourceUrn: z.string().optional(),
    })
    .optional(),
  summaryEvent: z.object({ resourceChanges: z.record(z.string(), z.number()).nullish() }).optional(),
});

/**
 * Reads the engine's event log (one JSON object a line, as `--event-log` writes it and the Automation API reads it).
 * @param compare `inputs` for what the program asks for (preview), `outputs` for how things really are (drift)
 */
export function summarizeEvents(log: string, compare: "inputs" | "outputs"): ChangeSummary {
  const changes: Change[] = [];
  const violations: ChangeSummary["violations"][number][] = [];
  let unchanged = 0;
  for (const line of log.split("\n")) {
    if (line.trim() === "") continue;
    const event = eventSchema.parse(JSON.parse(line));
    const step = compare === "inputs" ? event.resourcePreEvent : event.resOutputsEvent;
    if (step) changes.push(...changeOf(step.metadata, compare));
    if (event.policyEvent) {
      const { policyName, enforcementLevel, message, resourceUrn } = event.policyEvent;
      violations.push({
        policy: policyName,
        level: enforcementLevel,
        resource: nameOf(resourceUrn ?? ""),
        message: plain(message),
      });
    }
    if (event.summaryEvent) unchanged = event.summaryEvent.resourceChanges?.same ?? 0;
  }
  return {
    changes: changes.sort(
      (a, b) =>
        rank[a.operation] - rank[b.operation] ||
        Number(b.holds !== undefined) - Number(a.holds !== undefined) ||
        a.name.localeCompare(b.name),
    ),
    unchanged,
    violations,
  };
}

/** What destroys comes first, since that is what a reviewer must not miss. */
const rank = { replace: 0, delete: 1, update: 2, create: 3, read: 4, other: 5 } as const;

function changeOf(step: z.infer<typeof stepSchema>["metadata"], compare: "inputs" | "outputs"): Change[] {
  const operation = operations[step.op];
  // Providers and the stack itself are bookkeeping of the engine; components are the names of groups of resources.
  if (!operation || step.type.startsWith("pulumi:") || step.type.startsWith("slipway:")) return [];
  const changed = operation === "update" || operation === "replace";
  const all = changed ? differences(step.old?.[compare] ?? {}, step.new?.[compare] ?? {}) : [];
  const properties = all.filter(({ path }) => !movingOutputs.has(path));
  if (properties.length === 0 && all.length > 0) return [];
  if (changed && properties.length === 0) properties.push(...providersDifferences(step));
  const because = operation === "replace" ? (step.keys ?? []) : [];
  const holds = holdingOf(step.type);
  const before = step.old;
  return [
    {
      operation,
      name: nameOf(step.urn),
      type: shortType(step.type),
      properties,
      ...(because.length > 0 && { because }),
      ...(holds !== undefined && { holds }),
      ...(before?.protect && { protected: true as const }),
      ...(before?.retainOnDelete && { retained: true as const }),
    },
  ];
}

/** What AWS itself moves on all the time: no drift. RDS names the moment up to which it can restore. */
const movingOutputs: ReadonlySet<string> = new Set(["latestRestorableTime"]);

/** Replacements come as several steps; the one that stands for the whole is `replace`. */
const operations: Readonly<Record<string, Change["operation"] | undefined>> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  read: "read",
  import: "create",
  discard: "other",
};

/**
 * What the provider says differs although the program asks for what it asked for: what is there is not what was asked for.
 * The value that is there stands among the outputs.
 */
function providersDifferences(step: z.infer<typeof stepSchema>["metadata"]): PropertyChange[] {
  const paths = Object.keys(step.detailedDiff ?? {});
  const told = paths.length > 0 ? paths : (step.diffs ?? []);
  // tagsAll repeats tags with the defaults of the provider.
  return told
    .filter((path) => !path.startsWith("tagsAll"))
    .map((path) => {
      const before = valueAt(step.old?.outputs, path);
      const after = valueAt(step.new?.inputs, path);
      return { path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
    });
}

/** The value at a path as the engine writes it, such as `a.b[0]["c.d"]`; undefined when there is none. */
function valueAt(value: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plainKey]) => quoted ?? index ?? plainKey ?? "",
  );
  return keys.reduce<unknown>(
    (inner, key) => (Array.isArray(inner) ? inner[Number(key)] : isRecord(inner) ? inner[key] : undefined),
    value,
  );
}

/** The differences between two values, one for each leaf. */
function differences(before: unknown, after: unknown, path = ""): PropertyChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((key) => !key.startsWith("__"))
      .sort();
    return keys.flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((value, index) => differences(value, after[index], `${path}[${index}]`));
  }
  const [documentBefore, documentAfter] = [document(before), document(after)];
  if (documentBefore !== undefined && documentAfter !== undefined) {
    const inside = differences(documentBefore, documentAfter, path);
    if (inside.length > 0) return inside;
  }
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

/** The content of a text that is a JSON document, as AWS wants policies and container definitions. */
function document(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/** `github:index/repositoryEnvironment:RepositoryEnvironment` is `github:RepositoryEnvironment`; a dynamic one is `slipway:Flags`. */
function shortType(type: string): string {
  const dynamic = /^pulumi-nodejs:dynamic\/(\w+):(\w+)$/.exec(type);
  if (dynamic) return `${dynamic[1]}:${dynamic[2]}`;
  const [pack, module = "", name = ""] = type.split(":");
  const folder = module.split("/")[0];
  return `${pack}:${folder && folder !== "index" ? `${folder}:` : ""}${name}`;
}

/** Messages of policies carry the engine's colour marks, such as `<{%reset%}>`. */
function plain(text: string): string {
  return text.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
}
