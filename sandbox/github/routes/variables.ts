import { type Call, created, type Handler, noContent, ok } from "../call.ts";
import { checkEntryName } from "../domain/entry-name.ts";
import { GitHubError, notFound, validationFailed } from "../errors.ts";
import { environment, remove, repository, writableRepository } from "../lookup.ts";
import type { OperationId } from "../openapi/answered.ts";
import { page } from "../pagination.ts";
import type { Variable } from "../state.ts";

/** Variables of one place, with GitHub's limit for it (https://docs.github.com/actions/reference/variables-reference). */
interface Place {
  readonly variables: Variable[];
  readonly limit: number;
}

const largestValue = 48 * 1024;

/** For reading, and for somebody who wants to write. */
type Find = (call: Call, wantsToWrite: boolean) => Place;

const inRepository: Find = (call, wantsToWrite) => ({
  variables: (wantsToWrite ? writableRepository(call, "push") : repository(call)).variables,
  limit: 500,
});
const inEnvironment: Find = (call, wantsToWrite) => ({
  variables: environment(call, wantsToWrite ? writableRepository(call) : repository(call)).variables,
  limit: 100,
});

function variableNamed(call: Call, { variables }: Place): Variable {
  const found = variables.find((item) => item.name === call.path.name?.toUpperCase());
  if (!found) throw notFound();
  return found;
}

function checkValue(value: string): void {
  if (Buffer.byteLength(value) > largestValue) {
    throw validationFailed({
      resource: "Variable",
      field: "value",
      code: "invalid",
      message: "A value has 48 KB at most",
    });
  }
}

function alreadyExists(): GitHubError {
  return new GitHubError(409, "Already exists - Variable already exists");
}

const list =
  (find: Find): Handler =>
  (call) =>
    page(
      call,
      find(call, false).variables.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      (item) => item,
      (variables, total_count) => ({ total_count, variables }),
    );

const get =
  (find: Find): Handler =>
  (call) =>
    ok(variableNamed(call, find(call, false)));

const create =
  (find: Find): Handler =>
  (call) => {
    const place = find(call, true);
    const body = call.body as { readonly name: string; readonly value: string };
    const name = checkEntryName("Variable", body.name);
    checkValue(body.value);
    if (place.variables.some((item) => item.name === name)) throw alreadyExists();
    if (place.variables.length >= place.limit)
      throw new GitHubError(422, `There are ${place.limit} variables already.`);
    place.variables.push({ name, value: body.value, created_at: call.now, updated_at: call.now });
    return created({});
  };

const update =
  (find: Find): Handler =>
  (call) => {
    const place = find(call, true);
    const found = variableNamed(call, place);
    const body = call.body as { readonly name?: string; readonly value?: string };
    const name = body.name === undefined ? found.name : checkEntryName("Variable", body.name);
    if (place.variables.some((item) => item !== found && item.name === name)) throw alreadyExists();
    checkValue(body.value ?? "");
    Object.assign(found, { name, value: body.value ?? found.value, updated_at: call.now });
    return noContent;
  };

const drop =
  (find: Find): Handler =>
  (call) => {
    const place = find(call, true);
    remove(place.variables, variableNamed(call, place));
    return noContent;
  };

/** Actions variables of repositories and environments. */
export const variableHandlers = {
  "actions/list-repo-variables": list(inRepository),
  "actions/get-repo-variable": get(inRepository),
  "actions/create-repo-variable": create(inRepository),
  "actions/update-repo-variable": update(inRepository),
  "actions/delete-repo-variable": drop(inRepository),
  "actions/list-environment-variables": list(inEnvironment),
  "actions/get-environment-variable": get(inEnvironment),
  "actions/create-environment-variable": create(inEnvironment),
  "actions/update-environment-variable": update(inEnvironment),
  "actions/delete-environment-variable": drop(inEnvironment),
} satisfies Partial<Record<OperationId, Handler>>;
