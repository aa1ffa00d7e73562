import type { Process } from "./schema.ts";

/** Stands beside the line: it lives as long as its pull request, takes what is new and hands nothing on. */
export function isPassing({ stack }: { readonly stack: string }): boolean {
  return stack === "pr-*";
}

/**
 * The environments that a bundle goes through, the first one first: development, staging, pre-production, production. Environments
 * of pull requests are not in it. Only for a process that `checks.ts` let through.
 */
export function promotionLine(process: Pick<Process, "environments">): string[] {
  const lasting = Object.entries(process.environments).filter(([, environment]) => !isPassing(environment));
  const next = (from: string | undefined) => lasting.find(([, environment]) => environment.from === from)?.[0];
  const line: string[] = [];
  for (let name = next(undefined); name !== undefined && !line.includes(name); name = next(name)) line.push(name);
  return line;
}
