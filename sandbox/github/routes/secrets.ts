import { type Call, created, type Handler, noContent, ok } from "../call.ts";
import { checkEntryName } from "../domain/entry-name.ts";
import { GitHubError, notFound, validationFailed } from "../errors.ts";
import { environment, remove, repository, writableRepository } from "../lookup.ts";
import type { OperationId } from "../openapi/answered.ts";
import { page } from "../pagination.ts";
import type { Repository, Secret } from "../state.ts";

/** Secrets of one place, and the repository whose key seals them. */
interface Place {
  readonly secrets: Secret[];
  readonly repository: Repository;
}

/** GitHub's limits: https://docs.github.com/actions/reference/secrets-reference. */
const largestSecret = 48 * 1024;
const mostSecrets = 100;

/** What libsodium's sealed box adds to a message: a public key and an authenticator. */
const sealOverhead = 48;

type Find = (call: Call, wantsToWrite: boolean) => Place;

const inRepository: Find = (call, wantsToWrite) => {
  const found = wantsToWrite ? writableRepository(call, "push") : repository(call);
  return { secrets: found.secrets, repository: found };
};
const inEnvironment: Find = (call, wantsToWrite) => {
  const found = wantsToWrite ? writableRepository(call) : repository(call);
  return { secrets: environment(call, found).secrets, repository: found };
};

function secretNamed(call: Call, { secrets }: Place): Secret {
  const found = secrets.find((item) => item.name === call.path.secret_name?.toUpperCase());
  if (!found) throw notFound();
  return found;
}

/** GitHub tells a secret's name and age, never more. */
function secretView({ name, created_at, updated_at }: Secret): Record<string, unknown> {
  return { name, created_at, updated_at };
}

const publicKey =
  (find: Find): Handler =>
  (call) =>
    ok(find(call, false).repository.public_key);

const list =
  (find: Find): Handler =>
  (call) =>
    page(
      call,
      find(call, false).secrets.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      secretView,
      (secrets, total_count) => ({ total_count, secrets }),
    );

const get =
  (find: Find): Handler =>
  (call) =>
    ok(secretView(secretNamed(call, find(call, false))));

const put =
  (find: Find): Handler =>
  (call) => {
    const place = find(call, true);
    const { key_id, encrypted_value } = call.body as { readonly key_id: string; readonly encrypted_value: string };
    const name = checkEntryName("Secret", call.path.secret_name ?? "");
    if (key_id !== place.repository.public_key.key_id) {
      throw validationFailed({
        resource: "Secret",
        field: "key_id",
        code: "invalid",
        message: "The key is not this repository's",
      });
    }
    const size = Buffer.from(encrypted_value, "base64").length - sealOverhead;
    if (size < 0 || size > largestSecret) {
      const message = size < 0 ? "The value is no sealed box" : "A secret has 48 KB at most";
      throw validationFailed({ resource: "Secret", field: "encrypted_value", code: "invalid", message });
    }
    const found = place.secrets.find((item) => item.name === name);
    if (found) {
      Object.assign(found, { key_id, encrypted_value, updated_at: call.now });
      return noContent;
    }
    if (place.secrets.length >= mostSecrets) throw new GitHubError(422, `There are ${mostSecrets} secrets already.`);
    place.secrets.push({ name, key_id, encrypted_value, created_at: call.now, updated_at: call.now });
    return created({});
  };

const drop =
  (find: Find): Handler =>
  (call) => {
    const place = find(call, true);
    remove(place.secrets, secretNamed(call, place));
    return noContent;
  };

/** Actions secrets of repositories and environments: only ciphertext comes in, and nothing but names goes out. */
export const secretHandlers = {
  "actions/get-repo-public-key": publicKey(inRepository),
  "actions/list-repo-secrets": list(inRepository),
  "actions/get-repo-secret": get(inRepository),
  "actions/create-or-update-repo-secret": put(inRepository),
  "actions/delete-repo-secret": drop(inRepository),
  "actions/get-environment-public-key": publicKey(inEnvironment),
  "actions/list-environment-secrets": list(inEnvironment),
  "actions/get-environment-secret": get(inEnvironment),
  "actions/create-or-update-environment-secret": put(inEnvironment),
  "actions/delete-environment-secret": drop(inEnvironment),
} satisfies Partial<Record<OperationId, Handler>>;
