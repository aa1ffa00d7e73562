import type { Migration } from "./migrations.ts";

/** A name of SQL, with its schema if it has one; `%s` and `%I` are names that a statement gets at run time. */
export const sqlName = String.raw`((?:"[^"]+"|[\w$]+|%[sI])(?:\s*\.\s*(?:"[^"]+"|[\w$]+|%[sI]))?)`;

/** The text without its comments. Texts that hold `--` do not occur in migrations but in comments. */
export function withoutComments(sql: string): string {
  return sql.replaceAll(/\/\*[\s\S]*?\*\//g, " ").replaceAll(/--[^\n]*/g, "");
}

/** The bodies of the functions that migrations make, by name with schema, the newest of each. */
export function functionBodies(migrations: readonly Migration[]): ReadonlyMap<string, string> {
  const bodies = new Map<string, string>();
  const definition = /CREATE\s+(?:OR\s+REPLACE\s+)?FUNCTION\s+([\w.]+)\s*\([\s\S]*?\bAS\s+(\$\w*\$)([\s\S]*?)\2/gi;
  for (const { up } of migrations) {
    for (const [, name, , body] of withoutComments(up.sql).matchAll(definition))
      if (name !== undefined && body !== undefined) bodies.set(name.toLowerCase(), body);
  }
  return bodies;
}

/** A text and the bodies of all functions of ours that it calls, and that those call. */
export function withCalled(sql: string, bodies: ReadonlyMap<string, string>): readonly string[] {
  const texts = [sql];
  const seen = new Set<string>();
  for (const text of texts) {
    const acting = text.replaceAll(
      /\b(?:DROP\s+FUNCTION|(?:GRANT|REVOKE|COMMENT)\b[^;]*?\bON\s+FUNCTION)\b[^;]*/gi,
      "",
    );
    for (const [, called = ""] of acting.matchAll(/\b(\w+\.\w+)\s*\(/g)) {
      const body = bodies.get(called.toLowerCase());
      if (body === undefined || seen.has(called)) continue;
      seen.add(called);
      texts.push(body);
    }
  }
  return texts;
}

/**
 * The relations that an argument of a call may mean: the one that is written there, or those that the block's loops give the
 * variable, or all that the block names when even that is not to be seen.
 */
export function relationsMeant(argument: string, block: string): string[] {
  const written = /^'([^']+)'(?:::regclass)?$/.exec(argument.trim())?.[1];
  if (written !== undefined) return [written];
  const variable = /^(\w+)/.exec(argument.trim())?.[1];
  const loop = new RegExp(
    String.raw`\b(?:FOREACH\s+${variable}\s+IN\s+ARRAY\s+ARRAY\s*\[|FOR\s+${variable}\s+IN\s+SELECT\s+unnest\(ARRAY\[)([^\]]*)\]`,
    "gi",
  );
  const given = [...block.matchAll(loop)].map(([, list]) => list ?? "").join();
  return [...new Set([...(given || block).matchAll(/'(\w+\.\w+)'/g)].map(([, name]) => name as string))];
}
