import { environmentOf } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf, textsOf } from "../../values.ts";
import { isWorld } from "./traffic.ts";

export const clusterEndpoint: ResourceRule = {
  name: "cluster-endpoint",
  title: "The API server of Kubernetes is private",
  severity: "high",
  category: "exposure",
  description:
    "An EKS cluster's API server has no public address in production, and elsewhere one for known networks alone.",
  rationale: "Whoever finds a stolen token or a flaw of the API server needs no way into the network first.",
  remediation: "Set vpcConfig.endpointPrivateAccess to true and endpointPublicAccess to false.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.20", "NIST SC-7", "NIST AC-17(3)"],
  appliesTo: ["aws:eks/cluster:Cluster"],
  judge: (resource) => {
    const { endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs } = recordOf(resource.props.vpcConfig);
    const networks = textsOf(publicAccessCidrs);
    return [
      ...(endpointPrivateAccess === true ? [] : ["has an API server that its nodes reach by the internet."]),
      // EKS opens it to the world unless told otherwise.
      ...(endpointPublicAccess !== false && (networks.length === 0 || networks.some(isWorld))
        ? ["lets the whole internet reach its API server."]
        : endpointPublicAccess !== false && environmentOf(resource) === "production"
          ? ["has an API server with a public address."]
          : []),
    ];
  },
};
