import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { sameName } from "../lookup.ts";
import type { Repository, State } from "../state.ts";
import type { Store } from "../store.ts";
import { type Html, layout, pageHeaders } from "./layout.ts";
import { environmentsPage, homePage, repositoryPage, teamPage } from "./views.ts";

/** Pages for people, at the addresses that answers give as `html_url`. They show no secrets, so they need no token. */
export function pages(store: Store): Hono {
  const app = new Hono();
  const show = (context: Context, page: Html | undefined) =>
    page === undefined
      ? context.html(layout("There is no such page", [], html``), 404, pageHeaders)
      : context.html(page, 200, pageHeaders);
  const ofRepository = (context: Context, view: (state: State, repository: Repository) => Html) => {
    const state = store.current;
    const found =
      isOurs(state, context.req.param("owner")) &&
      state.repositories.find((item) => sameName(item.name, context.req.param("repo") ?? ""));
    return show(context, found ? view(state, found) : undefined);
  };
  app.get("/", (context) => show(context, homePage(store.current)));
  app.get("/orgs/:org/teams/:slug", (context) => {
    const state = store.current;
    const found =
      isOurs(state, context.req.param("org")) && state.teams.find((item) => item.slug === context.req.param("slug"));
    return show(context, found ? teamPage(state, found) : undefined);
  });
  app.get("/:owner/:repo/settings/environments", (context) => ofRepository(context, environmentsPage));
  app.get("/:owner/:repo/deployments/:environment?", (context) => ofRepository(context, environmentsPage));
  app.get("/:owner/:repo", (context) => ofRepository(context, repositoryPage));
  app.get("/:account", (context) => {
    const state = store.current;
    const account = context.req.param("account");
    const isKnown = isOurs(state, account) || state.users.some((user) => sameName(user.login, account));
    return show(context, isKnown ? homePage(state) : undefined);
  });
  return app;
}

function isOurs(state: State, login: string | undefined): boolean {
  return sameName(login ?? "", state.organization.login);
}
