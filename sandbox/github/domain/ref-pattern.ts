import type { Environment } from "../state.ts";

/**
 * Whether a branch or tag matches a pattern of GitHub's, which are Ruby's `File.fnmatch` with FNM_PATHNAME
 * (https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments): `*` stops at a slash,
 * a double star does not, `?` is one character, `[a-z]` is one of a set.
 */
function matches(pattern: string, name: string): boolean {
  const source = pattern.replaceAll(/\*\*\/|\*\*|\*|\?|\[[^\]]*\]|[^*?[]+|\[/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.length > 2 && part.startsWith("[")) return part.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    return part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  });
  return new RegExp(`^${source}$`, "s").test(name);
}

/**
 * Whether an environment lets a ref (`refs/heads/main`, `refs/tags/v1.2.3`, `refs/pull/7/merge`) deploy. Every branch counts as
 * protected here. What a pull request's workflow runs on is admitted by the whole ref.
 */
export function admits({ branch_policies, deployment_branch_policy: policy }: Environment, ref: string): boolean {
  if (!policy) return true;
  const [, kind, name = ""] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
  if (policy.protected_branches) return kind === "heads";
  const type = kind === "tags" ? "tag" : "branch";
  return branch_policies.some((item) => item.type === type && matches(item.name, kind === undefined ? ref : name));
}
