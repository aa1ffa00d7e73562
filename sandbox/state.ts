import { z } from "zod";
import { codeOf } from "./errors.ts";
import type { Layout } from "./layout.ts";
import { type PartName, partNames } from "./parts.ts";
import { readIfPresent, writeAtomically } from "./system/files.ts";

const identity = z.object({ pid: z.int().positive(), started: z.string() });

/** What a user chose about the parts (`SandboxSettings`), as it is written down and handed to the supervisor. */
export const savedSettings = z.object({
  cacheBinary: z.string().optional(),
  kubernetesBinary: z.string().optional(),
  awsPython: z.string().optional(),
});

const schema = z.object({
  version: z.literal(1),
  /** The checkout that the processes belong to: in a copied or moved checkout they are somebody else's. */
  root: z.string(),
  /** The supervisor and its control port. */
  supervisor: identity.extend({ port: z.int() }).optional(),
  /** The parts that are to run. */
  desired: z.array(z.enum(partNames)),
  ports: z.record(z.string(), z.int()),
  /** The process of each part; `digest` stands for the command that it runs. */
  processes: z.partialRecord(z.enum(partNames), identity.extend({ digest: z.string() })),
  settings: savedSettings,
});

/** What the sandbox remembers between runs; no secret is among it. Only the supervisor writes it. */
export type SandboxState = z.infer<typeof schema>;

/** The state of a sandbox that never ran. */
export function freshState(root: string): SandboxState {
  return { version: 1, root, desired: [], ports: {}, processes: {}, settings: {} };
}

/**
 * The saved state, or undefined when there is none or it cannot be understood (a later start then begins with fresh
 * records, and finds running parts by their mark). Of a copied checkout's state only the ports are kept, as a wish.
 */
export function loadState(layout: Layout): SandboxState | undefined {
  const text = readIfPresent(layout.stateFile);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  if (parsed.data.root === layout.root) return parsed.data;
  return { ...freshState(layout.root), ports: parsed.data.ports, settings: parsed.data.settings };
}

export function saveState(layout: Layout, state: SandboxState): void {
  try {
    writeAtomically(layout.stateFile, `${JSON.stringify(state, null, 2)}\n`);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    // The folder was removed under us; the supervisor notices that by its lock and ends.
  }
}

/** The names among `names` that are parts, in their order of display. */
export function inOrder(names: Iterable<PartName>): PartName[] {
  const wanted = new Set(names);
  return partNames.filter((name) => wanted.has(name));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
