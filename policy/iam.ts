import { recordOf, recordsOf, textsOf } from "./values.ts";

/** A statement of a policy document of AWS, its lists made lists. */
export interface Statement {
  readonly sid: string;
  readonly allows: boolean;
  readonly actions: readonly string[];
  /** What is excepted, where the statement speaks of everything else. */
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  /** By kind: `AWS`, `Service`, `Federated`; `*` alone stands under `AWS`. */
  readonly principals: Readonly<Record<string, readonly string[]>>;
  readonly hasNotPrincipal: boolean;
  /** By operator and key: `StringEquals`, `aws:SourceAccount`. */
  readonly conditions: ReadonlyArray<{
    readonly operator: string;
    readonly key: string;
    readonly values: readonly string[];
  }>;
}

/**
 * The statements of a policy document, given as JSON or as an object. A document that cannot be read has none: the provider refuses it.
 */
export function statementsOf(document: unknown): readonly Statement[] {
  return recordsOf(recordOf(parsed(document)).Statement).map((statement) => ({
    sid: typeof statement.Sid === "string" ? statement.Sid : "",
    allows: statement.Effect === "Allow",
    actions: textsOf(statement.Action),
    notActions: textsOf(statement.NotAction),
    resources: textsOf(statement.Resource),
    notResources: textsOf(statement.NotResource),
    principals: principalsOf(statement.Principal),
    hasNotPrincipal: statement.NotPrincipal !== undefined,
    conditions: Object.entries(recordOf(statement.Condition)).flatMap(([operator, keys]) =>
      Object.entries(recordOf(keys)).map(([key, value]) => ({ operator, key, values: textsOf(value) })),
    ),
  }));
}

function principalsOf(principal: unknown): Readonly<Record<string, readonly string[]>> {
  if (principal === "*") return { AWS: ["*"] };
  return Object.fromEntries(Object.entries(recordOf(principal)).map(([kind, who]) => [kind, textsOf(who)]));
}

function parsed(document: unknown): unknown {
  if (typeof document !== "string") return document;
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}

/** Who is meant, in a finding: its Sid, else which statement it is. */
export function statementName(statement: Statement, index: number): string {
  return statement.sid === "" ? `statement ${index + 1}` : `statement "${statement.sid}"`;
}
