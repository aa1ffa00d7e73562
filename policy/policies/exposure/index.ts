import type { Rule } from "../../rule.ts";
import { administrationPorts } from "./administration-ports.ts";
import { clusterEndpoint } from "./cluster-endpoint.ts";
import { databaseExposure } from "./database-exposure.ts";
import { defaultSecurityGroup } from "./default-security-group.ts";
import { endpointPolicies } from "./endpoint-policies.ts";
import { firewall } from "./firewall.ts";
import { firewallRules } from "./firewall-rules.ts";
import { functionUrls } from "./function-urls.ts";
import { headerHandling } from "./header-handling.ts";
import { metadataService } from "./metadata-service.ts";
import { networkAclPorts } from "./network-acl-ports.ts";
import { openEgress } from "./open-egress.ts";
import { openPorts } from "./open-ports.ts";
import { plainHttp } from "./plain-http.ts";
import { publicAddresses } from "./public-addresses.ts";
import { publicBuckets } from "./public-buckets.ts";
import { publicPolicies } from "./public-policies.ts";
import { publicSnapshots } from "./public-snapshots.ts";
import { publicSubnets } from "./public-subnets.ts";
import { serviceLoadBalancers } from "./service-load-balancers.ts";
import { servicePrincipals } from "./service-principals.ts";

export const exposure: readonly Rule[] = [
  databaseExposure,
  publicBuckets,
  publicPolicies,
  publicSnapshots,
  administrationPorts,
  openPorts,
  publicAddresses,
  clusterEndpoint,
  functionUrls,
  servicePrincipals,
  serviceLoadBalancers,
  plainHttp,
  firewall,
  firewallRules,
  headerHandling,
  metadataService,
  defaultSecurityGroup,
  publicSubnets,
  networkAclPorts,
  openEgress,
  endpointPolicies,
];
