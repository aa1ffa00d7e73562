import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordOf, recordsOf } from "../../values.ts";

export const distributionTls: ResourceRule = {
  name: "distribution-tls",
  title: "CloudFront speaks current TLS",
  severity: "high",
  category: "encryption",
  description: "A CloudFront distribution takes TLS 1.2 or newer from visitors, and speaks TLS to its origins.",
  rationale: "CloudFront encrypts one half of the way and leaves the other in the clear, unless both are told.",
  remediation:
    "Set minimumProtocolVersion to TLSv1.2_2021, viewerProtocolPolicy to redirect-to-https, originProtocolPolicy to https-only.",
  controls: ["SOC2 CC6.7", "ISO27001 A.8.24", "NIST SC-8(1)", "NIST SC-13", "GDPR 32(1)(a)"],
  appliesTo: ["aws:cloudfront/distribution:Distribution"],
  judge: ({ props }) => {
    const behaviors = [recordOf(props.defaultCacheBehavior), ...recordsOf(props.orderedCacheBehaviors)];
    const { minimumProtocolVersion } = recordOf(props.viewerCertificate);
    return [
      // Its own certificate, for *.cloudfront.net, takes TLS 1.0.
      ...(/^TLSv1\.[23]_/.test(textOf(minimumProtocolVersion)) ? [] : ["takes TLS older than 1.2."]),
      ...(behaviors.some(({ viewerProtocolPolicy }) => viewerProtocolPolicy === "allow-all")
        ? ["answers plain HTTP without a redirect."]
        : []),
      ...recordsOf(props.origins)
        .filter(({ customOriginConfig: origin }) => origin && recordOf(origin).originProtocolPolicy !== "https-only")
        .map(({ originId }) => `speaks plain HTTP to its origin "${textOf(originId)}".`),
    ];
  },
};
