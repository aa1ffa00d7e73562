import { ingressType, viewOf } from "../../ingress.ts";
import type { StackRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { isStrictTls } from "../../tls.ts";

export const ingressTls: StackRule = {
  name: "ingress-tls",
  title: "Ingresses speak current TLS",
  severity: "high",
  category: "encryption",
  scope: "stack",
  description: "An Ingress answers with TLS 1.2 or newer, and sends plain HTTP there.",
  rationale: "Passwords and sessions cross every network between the visitor and the load balancer in the clear.",
  remediation: "Name a certificate, listen on HTTPS, and set the annotations ssl-redirect and ssl-policy.",
  controls: ["SOC2 CC6.7", "ISO27001 A.8.24", "NIST SC-8(1)", "NIST SC-13", "GDPR 32(1)(a)"],
  appliesTo: [ingressType],
  judge: (ingress, stack) => {
    const { alb, annotations, hasCertificate, isAlb, parameters, protocols } = viewOf(ingress, stack);
    if (!hasCertificate) return ["has no certificate."];
    if (!isAlb)
      return annotations["nginx.ingress.kubernetes.io/ssl-redirect"] === "false"
        ? ["answers plain HTTP without a redirect."]
        : [];
    const policy = parameters.sslPolicy ?? alb["ssl-policy"];
    const redirects = alb["ssl-redirect"] !== undefined || parameters.sslRedirectPort !== undefined;
    return [
      ...(protocols.includes("HTTPS") ? [] : ["does not listen on HTTPS."]),
      ...(protocols.includes("HTTP") && !redirects ? ["answers plain HTTP without a redirect."] : []),
      ...(isStrictTls(policy) ? [] : [`takes old ciphers, by ${textOf(policy) || "the default policy"}.`]),
    ];
  },
};
