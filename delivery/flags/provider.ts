import { isMissingDatabase, isRefusedLogin, withConnection } from "../database/connection.ts";
import { keepsDatabase } from "../database/keep.ts";
import { type DatabaseReference, sameDatabase } from "../database/reference.ts";
import { changedInputs, type DynamicImplementation, gone } from "../dynamic-provider.ts";
import { type FlagSet, ownValue } from "./flag.ts";
import { formatFlagLine, formatFlagText, parseFlagLine, parseFlagText } from "./line.ts";
import { type ActualFlag, operatedFlags } from "./plan.ts";
import { applyFlags, readFlags, removeFlags } from "./store.ts";

/** The inputs of the dynamic resource `Flags`; `components/flag-set.ts` makes them. */
export interface FlagSetInputs {
  readonly version: number;
  readonly implementation: string;
  readonly database: DatabaseReference;
  readonly environment: string;
  /** `<project>/<stack>`, for the history of changes. */
  readonly stack: string;
  /**
   * One readable line a flag (`formatFlagLine`), which is also all there is to know about it: a changed flag is one changed line in a
   * preview, and nothing machine-readable stands beside it. After a refresh: what the table has.
   */
  readonly flags: Readonly<Record<string, string>>;
  /** Name and description by flag (`formatFlagText`): apart, because they change seldom. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface FlagSetOutputs extends FlagSetInputs {
  /** What operators made of declared flags and no update has replaced, by flag. */
  readonly operated: Readonly<Record<string, string>>;
  /** Flags in the table that are declared nowhere, by flag. They are never touched. */
  readonly foreign: Readonly<Record<string, string>>;
}

type Implementation = DynamicImplementation<FlagSetInputs, FlagSetOutputs>;

/** A flag set as the inputs have it. */
export function linesOf(flags: FlagSet): Pick<FlagSetInputs, "flags" | "texts"> {
  const entries = Object.entries(flags);
  return {
    flags: Object.fromEntries(entries.map(([key, flag]) => [key, formatFlagLine(flag)])),
    texts: Object.fromEntries(entries.map(([key, flag]) => [key, formatFlagText(flag)])),
  };
}

export const diff: Implementation["diff"] = async (_id, olds, news) => {
  const changed = changedInputs(olds, news, [
    "version",
    "implementation",
    "database",
    "environment",
    "stack",
    "flags",
    "texts",
  ]);
  const replaces = [
    ...(sameDatabase(olds.database, news.database) ? [] : ["database"]),
    ...(olds.environment === news.environment ? [] : ["environment"]),
  ];
  return { changes: changed.length > 0, replaces };
};

export const create: Implementation["create"] = async (inputs) => ({
  id: `flags of ${inputs.database.database}, ${inputs.environment}`,
  outs: await apply(inputs),
});

export const read: Implementation["read"] = async (id, props) => {
  try {
    const actual = await withConnection(props.database, session("read"), (client) =>
      readFlags(client, props.environment),
    );
    const present = Object.entries(actual).flatMap(([key, { current, lastDeclared }]) =>
      current !== undefined && lastDeclared !== undefined ? [[key, current] as const] : [],
    );
    const { operated: _, foreign: __, ...rest } = props;
    const inputs = { ...rest, ...linesOf(Object.fromEntries(present)) };
    return { id, props: { ...inputs, ...findings(actual) }, inputs };
  } catch (error) {
    if (isMissingDatabase(error)) return gone;
    if (!isRefusedLogin(error)) throw error;
    // The resource that made the login finds that its password is lost, and the next `up` makes a new one.
    const { operated: _, foreign: __, ...inputs } = props;
    return { id, props, inputs };
  }
};

/**
 * `olds.flags` is what the preview showed on its left side: see the rule at `planFlags`. It says nothing about a database that
 * was made anew in the meantime.
 */
export const update: Implementation["update"] = async (_id, olds, news) => {
  const made = olds.database.incarnation !== news.database.incarnation;
  const seen = made ? undefined : fromLines({ flags: { ...olds.foreign, ...olds.flags }, texts: olds.texts });
  return { outs: await apply(news, seen) };
};

const remove: Implementation["delete"] = async (_id, props) => {
  if (keepsDatabase()) return;
  try {
    const { database, environment, stack } = props;
    await withConnection(database, session("remove"), (client) =>
      removeFlags(client, { environment, actor: `stack ${stack}`, reason: "The flag set was removed from the stack" }),
    );
  } catch (error) {
    if (!isMissingDatabase(error)) throw error;
  }
};

export { remove as delete };

async function apply(inputs: FlagSetInputs, seen?: FlagSet): Promise<FlagSetOutputs> {
  return withConnection(inputs.database, session("apply"), async (client) => {
    await applyFlags(client, {
      environment: inputs.environment,
      declared: fromLines(inputs),
      ...(seen && { seen }),
      actor: `stack ${inputs.stack}`,
      reason: "Declared in delivery/flags.yaml and the stack's settings",
    });
    return { ...inputs, ...findings(await readFlags(client, inputs.environment)) };
  });
}

function fromLines({ flags, texts }: Pick<FlagSetInputs, "flags" | "texts">): FlagSet {
  return Object.fromEntries(
    Object.entries(flags).map(([key, line]) => [
      key,
      { ...parseFlagLine(key, line), ...parseFlagText(ownValue(texts, key) ?? key) },
    ]),
  );
}

function findings(actual: Readonly<Record<string, ActualFlag>>): Pick<FlagSetOutputs, "operated" | "foreign"> {
  const foreign = Object.entries(actual).flatMap(([key, { current, lastDeclared }]) =>
    current !== undefined && lastDeclared === undefined ? [[key, formatFlagLine(current)]] : [],
  );
  return { operated: operatedFlags(actual), foreign: Object.fromEntries(foreign) };
}

function session(work: string) {
  return { applicationName: `slipway flags, ${work}` };
}
