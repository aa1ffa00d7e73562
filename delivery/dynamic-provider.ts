/**
 * What a module must export to stand behind `components/dynamic.ts`: the engine's resource operations on plain data. `olds` and
 * `props` are the outputs in the state; an implementation makes sure that what `diff` compares in them equals the inputs that the
 * preview shows on its left side.
 */
export interface DynamicImplementation<Inputs extends object, Outputs extends object> {
  /** Refuses inputs before anything is done. `olds` are the inputs in the state, empty for a new resource. */
  check?(
    olds: Partial<Inputs>,
    news: Inputs,
  ): Promise<{ inputs: Inputs; failures: { property: string; reason: string }[] }>;
  diff(
    id: string,
    olds: Outputs,
    news: Inputs,
  ): Promise<{ changes: boolean; replaces?: string[]; deleteBeforeReplace?: boolean }>;
  create(inputs: Inputs): Promise<{ id: string; outs: Outputs }>;
  /** Reads the world. An empty id says that the resource is gone; `inputs` become the preview's left side. */
  read(id: string, props: Outputs): Promise<{ id: string; props: Outputs; inputs: Inputs } | Gone>;
  update(id: string, olds: Outputs, news: Inputs): Promise<{ outs: Outputs }>;
  delete(id: string, props: Outputs): Promise<void>;
}

/** The answer of `read` when the resource does not exist any more. */
export type Gone = { id: ""; props: Record<string, never> };
export const gone: Gone = { id: "", props: {} };

/** The names of the inputs that differ, compared as JSON with sorted keys. */
export function changedInputs<Inputs extends object>(
  olds: object,
  news: Inputs,
  names: readonly (keyof Inputs)[],
): (keyof Inputs)[] {
  return names.filter((name) => sorted(Reflect.get(olds, name)) !== sorted(news[name]));
}

function sorted(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ""
  );
}
