import { type Call, created, type Handler, noContent, ok } from "../call.ts";
import { userPermission } from "../domain/access.ts";
import { newRepository } from "../domain/repository.ts";
import { forbidden, GitHubError, notFound, validationFailed } from "../errors.ts";
import { organization, ownOrganization, remove, repository, sameName, writableRepository } from "../lookup.ts";
import type { OperationId } from "../openapi/answered.ts";
import { page } from "../pagination.ts";
import type { Repository, RepositorySettings } from "../state.ts";
import { fullRepository, minimalRepository } from "../views/repositories.ts";

/** The body of repos/create-in-org and repos/update. */
type RepositoryBody = Partial<Omit<RepositorySettings, "security_and_analysis">> & {
  readonly name?: string;
  readonly private?: boolean;
  readonly security_and_analysis?: Readonly<Record<string, { readonly status?: string } | undefined>> | null;
};

function checkName(call: Call, name: string, except?: Repository): void {
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(name) || name === "." || name === "..") {
    throw refusal("name can only contain ASCII letters, digits, and the characters ., -, and _");
  }
  if (call.state.repositories.some((item) => item !== except && sameName(item.name, name))) {
    throw refusal("name already exists on this account");
  }
}

function refusal(message: string): GitHubError {
  return new GitHubError(422, "Repository creation failed.", [
    { resource: "Repository", code: "custom", field: "name", message },
  ]);
}

/** Takes over what the body says of the settings. `null` and what is not a setting of ours is left out. */
function applySettings(settings: RepositorySettings, body: RepositoryBody): void {
  const known = Object.keys(settings).filter((key) => key !== "security_and_analysis") as (keyof RepositoryBody)[];
  for (const key of known) if (body[key] !== undefined) Object.assign(settings, { [key]: body[key] });
  settings.description ||= null;
  settings.homepage ||= null;
  if (body.private !== undefined && body.visibility === undefined)
    settings.visibility = body.private ? "private" : "public";
  for (const [feature, wanted] of Object.entries(body.security_and_analysis ?? {})) {
    if (wanted?.status)
      settings.security_and_analysis[feature] = { status: wanted.status === "enabled" ? "enabled" : "disabled" };
  }
}

const orders: Readonly<Record<string, (repository: Repository) => string>> = {
  created: (item) => item.created_at,
  updated: (item) => item.updated_at,
  pushed: (item) => item.created_at,
  full_name: (item) => item.name.toLowerCase(),
};

/** Repositories themselves, their topics and the vulnerability alerts switch. */
export const repositoryHandlers = {
  "repos/list-for-org": (call) => {
    organization(call);
    const { type = "all", sort = "created" } = call.query;
    const direction = call.query.direction ?? (sort === "full_name" ? "asc" : "desc");
    const key = orders[String(sort)] ?? orders.created;
    const wanted = call.state.repositories.filter(({ settings }) => {
      if (type === "public" || type === "private") return (settings.visibility === "public") === (type === "public");
      return type !== "forks";
    });
    const sign = direction === "asc" ? 1 : -1;
    const text = (item: Repository): string => key?.(item) ?? "";
    const sorted = wanted.toSorted((a, b) => sign * (text(a).localeCompare(text(b)) || a.id - b.id));
    return page(call, sorted, (item) => minimalRepository(call.links, call.state, item, { user: call.viewer }));
  },

  "repos/create-in-org": (call) => {
    ownOrganization(call);
    const body = call.body as RepositoryBody & { readonly name: string };
    checkName(call, body.name);
    const made = newRepository(call.state, body.name, call.now);
    applySettings(made.settings, { ...body, archived: false });
    call.state.repositories.push(made);
    return created(fullRepository(call.links, call.state, made, call.viewer));
  },

  "repos/get": (call) => ok(fullRepository(call.links, call.state, repository(call), call.viewer)),

  "repos/update": (call) => {
    const found = repository(call);
    if (userPermission(call.state, call.viewer, found) !== "admin")
      throw forbidden("Must have admin rights to Repository.");
    const body = call.body as RepositoryBody;
    if (found.settings.archived && body.archived !== false) throw forbidden("Repository was archived so is read-only.");
    if (body.visibility !== undefined && body.visibility === found.settings.visibility) {
      // GitHub's own words: the provider looks for them.
      throw new GitHubError(422, `Visibility is already ${body.visibility}.`);
    }
    if (body.name !== undefined) {
      checkName(call, body.name, found);
      found.name = body.name;
    }
    applySettings(found.settings, body);
    found.updated_at = call.now;
    return ok(fullRepository(call.links, call.state, found, call.viewer));
  },

  "repos/delete": (call) => {
    const found = repository(call);
    if (userPermission(call.state, call.viewer, found) !== "admin")
      throw forbidden("Must have admin rights to Repository.");
    remove(call.state.repositories, found);
    for (const team of call.state.teams) {
      team.repositories = team.repositories.filter((grant) => grant.repository_id !== found.id);
    }
    return noContent;
  },

  "repos/get-all-topics": (call) => ok({ names: repository(call).topics }),

  "repos/replace-all-topics": (call) => {
    const found = writableRepository(call);
    const names = [
      ...new Set((call.body as { readonly names: readonly string[] }).names.map((name) => name.toLowerCase())),
    ];
    const wrong = names.filter((name) => !/^[a-z0-9][a-z0-9-]{0,49}$/.test(name));
    if (wrong.length > 0 || names.length > 20) {
      const rule =
        "Topics must start with a lowercase letter or number, consist of 50 characters or less, and can include hyphens; a repository has 20 at most.";
      throw validationFailed(wrong.length > 0 ? `${rule} Not so: ${wrong.join(", ")}` : rule);
    }
    found.topics = names;
    found.updated_at = call.now;
    return ok({ names });
  },

  "repos/check-vulnerability-alerts": (call) => {
    if (!repository(call).vulnerability_alerts) throw notFound();
    return noContent;
  },

  "repos/enable-vulnerability-alerts": (call) => {
    writableRepository(call).vulnerability_alerts = true;
    return noContent;
  },

  "repos/disable-vulnerability-alerts": (call) => {
    writableRepository(call).vulnerability_alerts = false;
    return noContent;
  },
} satisfies Partial<Record<OperationId, Handler>>;
