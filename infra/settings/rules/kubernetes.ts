import { isPrivate, parseCidr } from "../../cidr.ts";
import type { SettingPath } from "../problems.ts";
import { problem, type Rule, type RuleInput } from "./rule.ts";

/** The namespaces that a stack on EKS makes. */
function namespacesOf({ settings: { kubernetes, preProduction } }: RuleInput) {
  const all: [SettingPath, string | undefined][] = [
    [["kubernetes", "namespace"], kubernetes?.namespace],
    [["preProduction", "namespace"], preProduction?.namespace],
  ];
  return all.flatMap(([path, namespace]) => (namespace === undefined ? [] : [{ path, namespace }]));
}

export const namespacesAreOwn: Rule = (input) =>
  namespacesOf(input).flatMap(({ namespace, path }, index, all) => {
    if (namespace === "default" || namespace.startsWith("kube-"))
      return [
        problem(
          path,
          `is "${namespace}", which belongs to Kubernetes itself.`,
          "Choose a name of the application's own, for example teamflow.",
        ),
      ];
    if (all.findIndex((other) => other.namespace === namespace) < index)
      return [
        problem(
          path,
          `is "${namespace}", production's own namespace.`,
          "Choose another: the environments share nothing but the cluster.",
        ),
      ];
    return [];
  });

/** Namespaces that nobody makes can be written into EKS without an error, and give nothing to anybody. */
export const accessIsPossible: Rule = (input) => {
  const made = namespacesOf(input).map(({ namespace }) => namespace);
  return (input.settings.kubernetes?.access ?? []).flatMap(({ level, namespace, role }, index, all) => {
    const path = ["kubernetes", "access", index];
    if (level === "clusterAdmin" && namespace !== undefined)
      return [
        problem(
          [...path, "namespace"],
          `is "${namespace}", but the level clusterAdmin is of the whole cluster.`,
          "Remove it, or set the level to admin.",
        ),
      ];
    if (namespace !== undefined && !made.includes(namespace))
      return [
        problem(
          [...path, "namespace"],
          `is "${namespace}", which the stack does not make.`,
          `Set it to ${made.join(" or ")}, or remove it.`,
        ),
      ];
    const same = (other: (typeof all)[number]) =>
      other.role === role && other.level === level && other.namespace === namespace;
    if (all.findIndex(same) < index)
      return [problem(path, `is listed twice: ${role} with the level ${level}.`, "Name each once.")];
    return [];
  });
};

/** EKS refuses private ranges for its public endpoint; those inside the VPC need no entry. */
export const publicEndpointIsNarrow: Rule = ({ settings: { kubernetes } }) =>
  (kubernetes?.publicEndpointCidrs ?? []).flatMap((text, index) => {
    const range = parseCidr(text);
    if (!range) return [];
    const path = ["kubernetes", "publicEndpointCidrs", index];
    if (isPrivate(range))
      return [
        problem(
          path,
          `is ${text}, which no caller from the internet has.`,
          "Remove it: whoever is in the VPC reaches the API server anyway.",
        ),
      ];
    if (range.prefix < 16)
      return [
        problem(
          path,
          `is ${text}, more of the internet than any office has.`,
          "Name the addresses that people come from, ranges of size /16 to /32.",
        ),
      ];
    return [];
  });
