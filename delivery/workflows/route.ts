import { matchesFilter } from "../process/path-filter.ts";
import { isPassing } from "../process/promotion-line.ts";
import type { Process } from "../process/schema.ts";

type Lines = Pick<Process, "environments">;

/**
 * The environments that a push asks to be taken to, in the order of promotion: those that take its branch or tag and either start by
 * themselves or have nothing before them that the same push goes to. So a release's tag goes to pre-production, and on to
 * production only when somebody promotes it.
 * @param ref as git has it: `refs/heads/main`, `refs/tags/v1.2.3`
 */
export function routeOf(process: Lines, ref: string): string[] {
  const taking = Object.entries(process.environments)
    .filter(([, environment]) => !isPassing(environment) && takes(environment, ref))
    .map(([name]) => name);
  return taking.filter((name) => starts(process, name, taking));
}

/** The environments that a push of some branch, or of some tag, can go to: {@link routeOf} for all of them together. */
export function reachableBy(process: Lines, kind: "branches" | "tags"): string[] {
  const taking = Object.entries(process.environments)
    .filter(([, environment]) => !isPassing(environment) && environment[kind].length > 0)
    .map(([name]) => name);
  // Another ref of that kind may reach an environment and not the one before it, so that all are possible but those whose
  // refs are the very same.
  return taking.filter((name) => {
    const refs = process.environments[name]?.[kind] ?? [];
    const beside = taking.filter((other) =>
      refs.every((pattern) => process.environments[other]?.[kind].includes(pattern)),
    );
    return starts(process, name, beside);
  });
}

function takes(
  { branches, tags }: { readonly branches: readonly string[]; readonly tags: readonly string[] },
  ref: string,
) {
  const [patterns, name] = ref.startsWith("refs/tags/")
    ? [tags, ref.slice("refs/tags/".length)]
    : [branches, ref.replace(/^refs\/heads\//, "")];
  return patterns.some((pattern) => matchesFilter(pattern, name));
}

function starts({ environments }: Lines, name: string, beside: readonly string[]): boolean {
  const environment = environments[name];
  return environment !== undefined && (environment.automatic || !beside.includes(environment.from ?? ""));
}
