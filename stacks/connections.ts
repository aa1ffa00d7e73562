import type { Network } from "../components/network.ts";
import type { SecurityGroup } from "../components/security-group.ts";
import type { AwsSettings } from "../infra/settings/on-aws.ts";

/** Someone in the private subnets who connects to others. */
interface Client {
  readonly name: string;
  readonly group: SecurityGroup;
}

/**
 * Lets a client reach what it needs and nothing else: the services of AWS through the VPC's endpoints (through NAT where there
 * are none), and the data that it is given.
 */
export function connect(
  network: Network,
  settings: AwsSettings,
  client: Client,
  to: readonly { readonly group: SecurityGroup; readonly port: number }[],
): void {
  for (const { group, port } of to) group.allowFrom(client, port);
  client.group.allowTo({ name: "s3", prefixListId: network.s3PrefixListId }, 443);
  if (settings.network.interfaceEndpoints !== "none") network.endpoints.allowFrom(client, 443);
  else if (client.name !== "runner") client.group.allowTo({ name: "internet", cidr: "0.0.0.0/0" }, 443);
}
