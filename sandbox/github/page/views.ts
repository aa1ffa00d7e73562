import { html } from "hono/html";
import { membersOf, teamPermission } from "../domain/access.ts";
import type { Environment, Repository, State, Team } from "../state.ts";
import { type Html, layout } from "./layout.ts";

const nothing = html`<span class="quiet">none</span>`;

function list(items: readonly Html[]): Html {
  return items.length === 0 ? nothing : html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

function repositoryPath(state: State, repository: Repository): string {
  return `/${state.organization.login}/${repository.name}`;
}

function teamLink(state: State, team: Team): Html {
  return html`<a href="/orgs/${state.organization.login}/teams/${team.slug}">${team.name}</a>`;
}

/** The organization: its repositories, teams and people. */
export function homePage(state: State): Html {
  const repositories = state.repositories.map((item) => {
    const path = repositoryPath(state, item);
    return html`<tr><td><a href="${path}">${item.name}</a></td><td>${item.settings.description ?? ""}</td>
<td><a href="${path}/settings/environments">${item.environments.length} environments</a></td></tr>`;
  });
  const teams = state.teams.map((team) => {
    const logins = membersOf(state, team).map(({ user }) => user.login);
    return html`<tr><td>${teamLink(state, team)}</td><td>${team.description ?? ""}</td><td>${logins.join(", ")}</td></tr>`;
  });
  return layout(
    state.organization.name,
    [],
    html`<section><h2>Repositories</h2><table>${repositories}</table></section>
<section><h2>Teams</h2><table>${teams}</table></section>
<section><h2>People</h2>${list(state.users.map((user) => html`<span id="${user.login}">${user.login}</span> <span class="quiet">${user.name}${user.role === "admin" ? ", owner" : ""}</span>`))}</section>`,
  );
}

/** A team: its members and what it may do. */
export function teamPage(state: State, team: Team): Html {
  const members = membersOf(state, team).map(
    ({ user, role }) => html`${user.login} <span class="quiet">${user.name}, ${role}</span>`,
  );
  const grants = state.repositories.flatMap((item) => {
    const permission = teamPermission(state, team, item);
    return permission ? [html`<a href="${repositoryPath(state, item)}">${item.name}</a>: ${permission}`] : [];
  });
  return layout(
    team.name,
    [[state.organization.login, "/"]],
    html`<p>${team.description ?? ""}</p><section><h2>Members</h2>${list(members)}</section><section><h2>Repositories</h2>${list(grants)}</section>`,
  );
}

/** A repository: what applies to all of it. */
export function repositoryPage(state: State, repository: Repository): Html {
  const path = repositoryPath(state, repository);
  const rulesets = repository.rulesets.map((item) => {
    const rules = item.rules.map((rule) => String(rule.type)).join(", ");
    return html`${item.name} <span class="quiet">${item.target}, ${item.enforcement}: ${rules || "no rules"}</span>`;
  });
  const protection = repository.branch_protection_rules.map(
    (rule) =>
      html`<code>${rule.pattern}</code> <span class="quiet">${rule.requiredApprovingReviewCount ?? 0} reviews</span>`,
  );
  return layout(
    repository.name,
    [[state.organization.login, "/"]],
    html`<p>${repository.settings.description ?? ""}</p>
<section><h2>Settings</h2><dl>
<dt>Visibility</dt><dd>${repository.settings.visibility}</dd>
<dt>Default branch</dt><dd>${repository.settings.default_branch}</dd>
<dt>Topics</dt><dd>${repository.topics.join(", ") || nothing}</dd>
<dt>Environments</dt><dd><a href="${path}/settings/environments">${repository.environments.length}</a></dd>
</dl></section>
<section><h2>Rulesets</h2>${list(rulesets)}</section>
<section><h2>Branch protection</h2>${list(protection)}</section>
${entries(repository)}`,
  );
}

/** The environments of a repository and who guards them. */
export function environmentsPage(state: State, repository: Repository): Html {
  const sections = repository.environments.map((item) => environmentSection(state, item));
  return layout(
    "Environments",
    [
      [state.organization.login, "/"],
      [repository.name, repositoryPath(state, repository)],
    ],
    sections.length === 0
      ? html`<p>There is no environment yet: <code>./slipway up dev</code> makes one.</p>`
      : html`${sections}`,
  );
}

function environmentSection(state: State, environment: Environment): Html {
  const reviewers = environment.reviewers.flatMap(({ type, id }) => {
    const team = type === "Team" ? state.teams.find((item) => item.id === id) : undefined;
    const user = type === "User" ? state.users.find((item) => item.id === id) : undefined;
    return team ? [html`team ${teamLink(state, team)}`] : user ? [html`${user.login}`] : [];
  });
  return html`<section><h2>${environment.name}</h2><dl>
<dt>Reviewers</dt><dd>${list(reviewers)}</dd>
<dt>Self review</dt><dd>${environment.prevent_self_review ? "prevented" : "allowed"}</dd>
<dt>Administrators</dt><dd>${environment.can_admins_bypass ? "may bypass" : "may not bypass"}</dd>
<dt>Wait</dt><dd>${environment.wait_timer} minutes</dd>
<dt>Branches</dt><dd>${branches(environment)}</dd>
</dl>${entries(environment)}</section>`;
}

function branches({ deployment_branch_policy: policy, branch_policies }: Environment): Html {
  if (!policy) return html`all`;
  if (policy.protected_branches) return html`protected ones`;
  return list(branch_policies.map((item) => html`${item.type} <code>${item.name}</code>`));
}

/** Variables with their values, secrets by their names only. */
function entries({ variables, secrets }: Pick<Environment, "variables" | "secrets">): Html {
  return html`<dl><dt>Variables</dt><dd>${list(variables.map((item) => html`<code>${item.name}</code> = <code>${item.value}</code>`))}</dd>
<dt>Secrets</dt><dd>${list(secrets.map((item) => html`<code>${item.name}</code>`))}</dd></dl>`;
}
