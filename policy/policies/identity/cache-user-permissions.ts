import type { ResourceRule } from "../../rule.ts";

/** Categories of commands that end, dump or reconfigure the server. */
const guarded: readonly string[] = ["@admin", "@dangerous"];

export const cacheUserPermissions: ResourceRule = {
  name: "cache-user-permissions",
  title: "Cache users do not administer",
  severity: "medium",
  category: "identity",
  description: "A user of a cache may not run the commands of administrators, nor those that are dangerous.",
  rationale: "FLUSHALL empties the cache for everybody, KEYS stops it, and CONFIG or ACL opens it.",
  remediation: "End the access string with -@admin -@dangerous, and add single commands after that.",
  controls: ["SOC2 CC6.3", "ISO27001 A.8.2", "NIST AC-6", "NIST AC-6(10)"],
  appliesTo: ["aws:elasticache/user:User"],
  judge: ({ props }) => {
    const rules = String(props.accessString ?? "")
      .trim()
      .split(/\s+/);
    if (rules.includes("off")) return [];
    const allowed = guarded.filter((category) => isAllowed(rules, category));
    return allowed.length === 0 ? [] : [`may run the commands of ${allowed.join(" and ")}.`];
  },
};

/** Rules are applied from left to right. */
function isAllowed(rules: readonly string[], category: string): boolean {
  return rules.reduce((allowed, rule) => {
    if (rule === "allcommands" || rule === "+@all" || rule === `+${category}`) return true;
    return rule === "nocommands" || rule === "reset" || rule === "-@all" || rule === `-${category}` ? false : allowed;
  }, false);
}
