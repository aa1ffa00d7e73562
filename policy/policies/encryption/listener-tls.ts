import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { isStrictTls } from "../../tls.ts";

export const listenerTls: ResourceRule = {
  name: "listener-tls",
  title: "Load balancers speak current TLS",
  severity: "high",
  category: "encryption",
  description: "A listener with TLS takes TLS 1.2 or newer with forward secrecy alone.",
  rationale:
    "The default of AWS is of 2016 and takes TLS 1.0; traffic that is recorded today is read with a key that is stolen tomorrow.",
  remediation: "Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09, or another TLS13 policy without Ext.",
  controls: ["SOC2 CC6.7", "ISO27001 A.8.24", "NIST SC-8(1)", "NIST SC-13", "GDPR 32(1)(a)"],
  appliesTo: ["aws:alb/listener:Listener", "aws:lb/listener:Listener"],
  judge: ({ props }) => {
    const { protocol, sslPolicy } = props;
    if (protocol !== "HTTPS" && protocol !== "TLS") return [];
    return isStrictTls(sslPolicy) ? [] : [`takes old ciphers, by ${textOf(sslPolicy) || "the default policy"}.`];
  },
};
