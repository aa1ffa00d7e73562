import { type Handler, noContent, ok } from "../call.ts";
import { teamsOf } from "../domain/access.ts";
import { notFound } from "../errors.ts";
import { organization, user } from "../lookup.ts";
import type { OperationId } from "../openapi/answered.ts";
import { page } from "../pagination.ts";
import {
  fullOrganization,
  fullTeam,
  privateUser,
  publicUser,
  simpleOrganization,
  simpleUser,
} from "../views/accounts.ts";

/** What a rate limit says when nothing is limited: the provider and octokit read it. */
function unlimited(call: Parameters<Handler>[0]): Record<string, number> {
  return { limit: 15_000, used: 0, remaining: 15_000, reset: Math.floor(Date.parse(call.now) / 1000) + 3_600 };
}

/** The API itself, users, and the organization with its members. */
export const userHandlers = {
  "meta/get": () => ok({ verifiable_password_authentication: false }),

  "rate-limit/get": (call) => {
    const rate = unlimited(call);
    return ok({ resources: { core: rate, search: rate, graphql: rate }, rate });
  },

  "users/get-authenticated": (call) => ok(privateUser(call.links, call.viewer)),

  "users/get-by-username": (call) => ok(publicUser(call.links, user(call))),

  "users/list-gpg-keys-for-user": (call) => {
    user(call);
    return page(call, [], (key) => key);
  },

  "users/list-public-keys-for-user": (call) => {
    user(call);
    return page(call, [], (key) => key);
  },

  "teams/list-for-authenticated-user": (call) =>
    page(call, teamsOf(call.state, call.viewer), (team) => fullTeam(call.links, call.state, team)),

  "orgs/get": (call) => {
    organization(call);
    return ok(fullOrganization(call.links, call.state));
  },

  "orgs/list-members": (call) => {
    organization(call);
    const { role = "all" } = call.query;
    const users = call.state.users.filter((item) => role === "all" || item.role === role);
    return page(call, users, (item) => simpleUser(call.links, item));
  },

  "orgs/check-membership-for-user": (call) => {
    organization(call);
    user(call);
    return noContent;
  },

  "orgs/get-membership-for-user": (call) => {
    const found = organization(call);
    const member = call.state.users.find((item) => item === user(call));
    if (!member) throw notFound();
    const api = `${call.links.api}/orgs/${found.login}`;
    return ok({
      url: `${api}/memberships/${member.login}`,
      state: "active",
      role: member.role,
      organization_url: api,
      organization: simpleOrganization(call.links, found),
      user: simpleUser(call.links, member),
    });
  },
} satisfies Partial<Record<OperationId, Handler>>;
