import { z } from "zod";
import type { AuditEntry } from "../release/audit/entry.ts";

/** An entry of the audit, as far as evidence points to it. */
export interface AuditLink {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  /** `promotion/12`. */
  readonly subject: string;
  /** Hex. */
  readonly hash: string;
  /** The promotion and the bundle that its row belongs to. */
  readonly promotion?: number;
  readonly bundle?: string;
}

const details = z.object({
  row: z.object({ promotion: z.number().nullish(), bundle: z.string().nullish() }).optional(),
});

/** Entries of the audit as evidence needs them. What is no entry any more (`./slipway audit verify` names it) is left out. */
export function auditLinks(entries: readonly AuditEntry[]): AuditLink[] {
  return entries.flatMap(({ seq, at, actor, action, subject, hash, details: json }) => {
    if (seq === null || at === null || actor === null || action === null || subject === null || hash === null)
      return [];
    const { promotion, bundle } = rowOf(json);
    return [
      {
        seq: Number(seq),
        at,
        actor,
        action,
        subject,
        hash,
        ...(promotion == null ? {} : { promotion }),
        ...(bundle == null ? {} : { bundle }),
      },
    ];
  });
}

/** What a deployment's entries are about. */
export interface Linked {
  readonly id: number;
  readonly promotion: number;
  readonly bundle: string;
}

/** The subjects of the entries about a deployment itself, its promotion and its bundle. */
export function subjectsOf({ bundle, id, promotion }: Linked): string[] {
  return [`deployment/${id}`, `promotion/${promotion}`, `bundle/${bundle}`];
}

/** The entries that tell of a deployment: of itself, its promotion, and of its bundle in whatever environment. In order. */
export function linksOf(links: readonly AuditLink[], about: Linked): AuditLink[] {
  const subjects = subjectsOf(about);
  return links
    .filter(
      ({ bundle, promotion, subject }) =>
        subjects.includes(subject) || promotion === about.promotion || bundle === about.bundle,
    )
    .sort((a, b) => a.seq - b.seq);
}

function rowOf(json: string | null): { promotion?: number | null | undefined; bundle?: string | null | undefined } {
  try {
    return details.parse(JSON.parse(json ?? "{}")).row ?? {};
  } catch {
    return {};
  }
}
