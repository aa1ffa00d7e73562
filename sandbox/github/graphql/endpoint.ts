import {
  type DocumentNode,
  type ExecutionResult,
  executeSync,
  GraphQLError,
  OverlappingFieldsCanBeMergedRule,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import { z } from "zod";
import { GitHubError } from "../errors.ts";
import type { State, User } from "../state.ts";
import type { Store } from "../store.ts";
import { localSchema } from "./local-schema.ts";
import { mutations } from "./mutations.ts";
import { queries } from "./queries.ts";

const requestSchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/**
 * GitHub's server does not mind `... on App { name } ... on User { name }` although one name may be null and the other may
 * not, and the provider relies on it.
 */
const rules = specifiedRules.filter((rule) => rule !== OverlappingFieldsCanBeMergedRule);

/** A document whose mutation failed: carries the answer out of the change that must not be kept. */
class Refused extends Error {
  readonly result: ExecutionResult;

  constructor(result: ExecutionResult) {
    super("refused");
    this.result = result;
  }
}

/**
 * Answers a GraphQL request: exactly what was selected, errors in the body with status 200, as GitHub does. A document with
 * a mutation that fails changes nothing.
 * @throws GitHubError 400 when the body is no GraphQL request
 */
export async function answerGraphQL(store: Store, viewer: User, body: unknown, now: string): Promise<ExecutionResult> {
  const request = requestSchema.safeParse(body);
  if (!request.success) throw new GitHubError(400, "A query attribute must be specified and must be a string.");
  const { query, variables, operationName } = request.data;
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: 10_000 });
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
  const problems = validate(localSchema(), document, rules);
  if (problems.length > 0) return { errors: problems };
  const run = (state: State): ExecutionResult => {
    const context = { state, viewer, now };
    return executeSync({
      schema: localSchema(),
      document,
      rootValue: { ...queries(context), ...mutations(context) },
      variableValues: variables ?? {},
      operationName: operationName ?? null,
    });
  };
  const changes = document.definitions.some(
    (item) => item.kind === "OperationDefinition" && item.operation === "mutation",
  );
  if (!changes) return withTypes(run(store.current));
  try {
    return await store.change((draft) => {
      const result = run(draft);
      if (result.errors) throw new Refused(result);
      return result;
    });
  } catch (error) {
    if (error instanceof Refused) return withTypes(error.result);
    throw error;
  }
}

/** GitHub puts an error's type beside its message: `{"type": "NOT_FOUND", "message": ...}`. */
function withTypes(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map((error) => {
    const { extensions, ...rest } = error.toJSON();
    return { ...(extensions?.type === undefined ? {} : { type: extensions.type }), ...rest };
  });
  return { ...result, errors: errors as unknown as readonly GraphQLError[] };
}
