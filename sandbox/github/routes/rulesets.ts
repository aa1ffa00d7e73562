import { type Call, created, type Handler, noContent, ok } from "../call.ts";
import { validationFailed } from "../errors.ts";
import { byId, remove, repository, writableRepository } from "../lookup.ts";
import type { OperationId } from "../openapi/answered.ts";
import { page } from "../pagination.ts";
import { newId, type Repository, type Ruleset } from "../state.ts";
import { rulesetSummary, rulesetView } from "../views/rulesets.ts";

/** The body of repos/create-repo-ruleset and repos/update-repo-ruleset. */
type RulesetBody = Partial<Pick<Ruleset, "name" | "target" | "enforcement" | "bypass_actors" | "conditions" | "rules">>;

const settings = ["name", "target", "enforcement", "bypass_actors", "conditions", "rules"] as const;

function apply(call: Call, within: Repository, ruleset: Ruleset): void {
  const body = call.body as RulesetBody;
  if (within.rulesets.some((item) => item !== ruleset && item.name === body.name)) {
    throw validationFailed({
      resource: "Ruleset",
      field: "name",
      code: "already_exists",
      message: "Name must be unique",
    });
  }
  for (const key of settings) if (body[key] !== undefined) Object.assign(ruleset, { [key]: body[key] });
  ruleset.updated_at = call.now;
}

/** Rulesets of a repository. */
export const rulesetHandlers = {
  "repos/get-repo-rulesets": (call) => {
    const within = repository(call);
    const targets = typeof call.query.targets === "string" ? call.query.targets.split(",") : undefined;
    const wanted = within.rulesets.filter((item) => targets?.includes(item.target) ?? true);
    return page(call, wanted, (item) => rulesetSummary(call.links, call.state, within, item));
  },

  "repos/create-repo-ruleset": (call) => {
    const within = writableRepository(call);
    const made: Ruleset = {
      id: newId(call.state),
      name: "",
      target: "branch",
      enforcement: "disabled",
      bypass_actors: [],
      conditions: {},
      rules: [],
      created_at: call.now,
      updated_at: call.now,
    };
    apply(call, within, made);
    within.rulesets.push(made);
    return created(rulesetView(call.links, call.state, within, made, call.viewer));
  },

  "repos/get-repo-ruleset": (call) => {
    const within = repository(call);
    return ok(rulesetView(call.links, call.state, within, byId(call, within.rulesets, "ruleset_id"), call.viewer));
  },

  "repos/update-repo-ruleset": (call) => {
    const within = writableRepository(call);
    const found = byId(call, within.rulesets, "ruleset_id");
    apply(call, within, found);
    return ok(rulesetView(call.links, call.state, within, found, call.viewer));
  },

  "repos/delete-repo-ruleset": (call) => {
    const within = writableRepository(call);
    remove(within.rulesets, byId(call, within.rulesets, "ruleset_id"));
    return noContent;
  },
} satisfies Partial<Record<OperationId, Handler>>;
