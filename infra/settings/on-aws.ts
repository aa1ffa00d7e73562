import type { Settings } from "../settings.ts";

type Group = "aws" | "network" | "edge";

/** Settings of a stack in AWS: the groups that such a stack cannot do without are there. */
export type AwsSettings = Omit<Settings, Group> & { readonly [Key in Group]: NonNullable<Settings[Key]> };

/**
 * Tells the compiler what the rules have checked (`groupsFitPlatform` in rules/stack.ts).
 * @throws Error when a group is missing: then the rule has a fault, not the user.
 */
export function onAws(settings: Settings): AwsSettings {
  const { aws, edge, network } = settings;
  if (!aws || !edge || !network) throw new Error(`a stack on ${settings.platform} was let through without its groups`);
  return { ...settings, aws, edge, network };
}

/** Settings of a stack on EKS. */
export type ClusterSettings = AwsSettings & { readonly kubernetes: NonNullable<Settings["kubernetes"]> };

/**
 * Tells the compiler what the rules have checked, for platform eks.
 * @throws Error when the group is missing: then the rule has a fault, not the user.
 */
export function onKubernetes(settings: AwsSettings): ClusterSettings {
  const { kubernetes } = settings;
  if (!kubernetes) throw new Error("a stack on eks was let through without its group kubernetes");
  return { ...settings, kubernetes };
}
