/**
 * Whether a security policy of Elastic Load Balancing takes TLS 1.2 and 1.3 with forward secrecy alone. Its default, and all whose
 * name has an "Ext", take ciphers without: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
 */
export function isStrictTls(policy: unknown): boolean {
  return typeof policy === "string" && /^ELBSecurityPolicy-TLS13-1-[23]-/.test(policy) && !policy.includes("-Ext");
}
