import { classParametersTypes } from "../../ingress.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

const desyncAttribute = "routing.http.desync_mitigation_mode";
const dropAttribute = "routing.http.drop_invalid_header_fields.enabled";

export const headerHandling: ResourceRule = {
  name: "header-handling",
  title: "Load balancers drop what is no proper HTTP",
  severity: "medium",
  category: "exposure",
  description: "A load balancer drops invalid headers, and requests that could be read in two ways.",
  rationale: "What the load balancer and the application read differently smuggles a second request past every check.",
  remediation: "Set dropInvalidHeaderFields to true and desyncMitigationMode to defensive or strictest.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.20", "NIST SI-10", "NIST SC-7"],
  appliesTo: ["aws:alb/loadBalancer:LoadBalancer", "aws:lb/loadBalancer:LoadBalancer", ...classParametersTypes],
  judge: ({ props, type }) => {
    const ofClass = classParametersTypes.includes(type);
    if (!ofClass && (props.loadBalancerType ?? "application") !== "application") return [];
    const { desync, drops } = ofClass ? ofParameters(props.spec) : ofBalancer(props);
    return [
      ...(drops ? [] : ["passes invalid headers on."]),
      ...(desync === "monitor" ? ["passes ambiguous requests on."] : []),
    ];
  },
  remediate: ({ props, type }) => {
    if (classParametersTypes.includes(type) || (props.loadBalancerType ?? "application") !== "application")
      return undefined;
    const { desync, drops } = ofBalancer(props);
    if (drops && desync !== "monitor") return undefined;
    return {
      ...props,
      dropInvalidHeaderFields: true,
      ...(desync === "monitor" && { desyncMitigationMode: "defensive" }),
    };
  },
};

interface Handling {
  /** AWS: defensive. */
  readonly desync: unknown;
  /** AWS: false. */
  readonly drops: boolean;
}

function ofBalancer(props: Readonly<Record<string, unknown>>): Handling {
  return { desync: props.desyncMitigationMode, drops: props.dropInvalidHeaderFields === true };
}

function ofParameters(spec: unknown): Handling {
  const attributes = recordsOf(recordOf(spec).loadBalancerAttributes);
  const attribute = (name: string) => attributes.find(({ key }) => key === name)?.value;
  return { desync: attribute(desyncAttribute), drops: attribute(dropAttribute) === "true" };
}
