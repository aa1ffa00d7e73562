import { userPermission } from "../domain/access.ts";
import { nodeId } from "../domain/node-id.ts";
import { permissions, type Repository, type Ruleset, type State, type User } from "../state.ts";
import type { Links } from "./links.ts";

/** `repository-ruleset` as lists hold it: without conditions and rules. */
export function rulesetSummary(
  links: Links,
  state: State,
  repository: Repository,
  ruleset: Ruleset,
): Record<string, unknown> {
  const source = `${state.organization.login}/${repository.name}`;
  return {
    id: ruleset.id,
    node_id: nodeId("Ruleset", ruleset.id),
    name: ruleset.name,
    target: ruleset.target,
    source_type: "Repository",
    source,
    enforcement: ruleset.enforcement,
    created_at: ruleset.created_at,
    updated_at: ruleset.updated_at,
    _links: {
      self: { href: `${links.api}/repos/${source}/rulesets/${ruleset.id}` },
      html: { href: `${links.web}/${source}/rules/${ruleset.id}` },
    },
  };
}

/** `repository-ruleset`; who may bypass it is said only to those who may change it. */
export function rulesetView(
  links: Links,
  state: State,
  repository: Repository,
  ruleset: Ruleset,
  viewer: User,
): Record<string, unknown> {
  const has = permissions.indexOf(userPermission(state, viewer, repository));
  return {
    ...rulesetSummary(links, state, repository, ruleset),
    ...(has >= permissions.indexOf("push") ? { bypass_actors: ruleset.bypass_actors } : {}),
    conditions: ruleset.conditions,
    rules: ruleset.rules,
  };
}
