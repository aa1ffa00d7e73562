import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";

export const subscriptionDelivery: ResourceRule = {
  name: "subscription-delivery",
  title: "Messages are delivered encrypted",
  severity: "high",
  category: "encryption",
  description: "No subscription delivers its topic's messages over plain HTTP.",
  rationale: "Whoever is on the way reads every alarm and event, and answers in the subscriber's place.",
  remediation: "Let the subscriber answer HTTPS, and subscribe that endpoint with the protocol https.",
  controls: ["SOC2 CC6.7", "ISO27001 A.8.24", "ISO27001 A.5.14", "NIST SC-8", "GDPR 32(1)(a)"],
  appliesTo: ["aws:sns/topicSubscription:TopicSubscription"],
  judge: ({ props }) =>
    props.protocol === "http" ? [`delivers to ${textOf(props.endpoint)} without encryption.`] : [],
};
