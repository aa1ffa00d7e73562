import type { Settings } from "../settings.ts";

/** Settings of a stack in AWS: the groups that such a stack cannot do without are there. */
export type AwsSettings = Settings & Required<Pick<Settings, "aws" | "network" | "edge">>;

/**
 * Tells the compiler what the rules have checked (`groupsFitPlatform` in rules/stack.ts).
 * @throws Error when a group is missing: then the rule has a fault, not the user.
 */
export function onAws(settings: Settings): AwsSettings {
  const { aws, edge, network } = settings;
  if (!aws || !edge || !network) throw new Error(`a stack on ${settings.platform} was let through without its groups`);
  return { ...settings, aws, edge, network };
}
