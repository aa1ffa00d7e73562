import { type JudgedResource, type JudgedStack, refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

type Properties = Readonly<Record<string, unknown>>;

export const plainHttp: StackRule = {
  name: "plain-http",
  title: "Plain HTTP is sent to HTTPS",
  severity: "high",
  category: "exposure",
  scope: "stack",
  description: "A listener for plain HTTP on a public load balancer does nothing but redirect to HTTPS.",
  rationale: "Passwords and sessions cross every network between the visitor and the load balancer in the clear.",
  remediation: "Make the default action a redirect to HTTPS, and move rules to the listener with TLS.",
  controls: ["SOC2 CC6.7", "ISO27001 A.8.20", "ISO27001 A.8.24", "NIST SC-8(1)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:alb/listener:Listener", "aws:lb/listener:Listener"],
  judge: (listener, stack) => {
    const { defaultActions, loadBalancerArn, protocol, port } = listener.props;
    // Application Load Balancers take HTTP for granted, where the port does not say otherwise.
    const isHttp = protocol === "HTTP" || (protocol === undefined && port !== 443);
    if (!isHttp || isInternal(listener, loadBalancerArn, stack)) return [];
    const rules = stack
      .ofType("aws:alb/listenerRule:ListenerRule", "aws:lb/listenerRule:ListenerRule")
      .filter((rule) => refersTo(rule, "listenerArn", listener))
      .flatMap(({ props }) => recordsOf(props.actions));
    const served = [...recordsOf(defaultActions), ...rules].some((action) => !redirects(action));
    return served ? ["answers plain HTTP without a redirect."] : [];
  },
};

function redirects({ redirect, type }: Properties): boolean {
  return type === "redirect" && recordOf(redirect).protocol === "HTTPS";
}

function isInternal(listener: JudgedResource, arn: unknown, stack: JudgedStack): boolean {
  const balancer = stack
    .ofType("aws:alb/loadBalancer:LoadBalancer", "aws:lb/loadBalancer:LoadBalancer")
    .find((each) => refersTo({ ...listener, props: { loadBalancerArn: arn } }, "loadBalancerArn", each));
  return balancer?.props.internal === true;
}
