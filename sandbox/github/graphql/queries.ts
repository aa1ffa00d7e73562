import { sameName } from "../lookup.ts";
import { findNode, type GraphQLContext, graphqlError, organizationNode, repositoryNode, userNode } from "./nodes.ts";

/** The fields of Query. */
export function queries({ state, viewer }: GraphQLContext) {
  return {
    viewer: () => userNode(viewer),
    node: ({ id }: { readonly id: string }) => findNode(state, id),
    organization: ({ login }: { readonly login: string }) => {
      if (sameName(login, state.organization.login)) return organizationNode(state);
      throw graphqlError("NOT_FOUND", `Could not resolve to an Organization with the login of '${login}'.`);
    },
    user: ({ login }: { readonly login: string }) => {
      const found = state.users.find((item) => sameName(item.login, login));
      if (found) return userNode(found);
      throw graphqlError("NOT_FOUND", `Could not resolve to a User with the login of '${login}'.`);
    },
    repository: ({ owner, name }: { readonly owner: string; readonly name: string }) => {
      const found =
        sameName(owner, state.organization.login) && state.repositories.find((item) => sameName(item.name, name));
      if (found) return repositoryNode(state, found);
      throw graphqlError("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
    },
  };
}
