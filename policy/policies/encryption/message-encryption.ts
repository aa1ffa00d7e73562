import type { ResourceRule } from "../../rule.ts";

const queueType = "aws:sqs/queue:Queue";
const streamType = "aws:kinesis/stream:Stream";

export const messageEncryption: ResourceRule = {
  name: "message-encryption",
  title: "Messages are encrypted",
  severity: "medium",
  category: "encryption",
  description: "Topics, queues and streams encrypt the messages that they hold.",
  rationale: "Messages wait in them for days, with whatever the sender put in: names, addresses, links that log in.",
  remediation: "Set kmsMasterKeyId of a topic, sqsManagedSseEnabled of a queue, encryptionType KMS of a stream.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "NIST SC-28(1)", "GDPR 32(1)(a)"],
  appliesTo: [streamType, "aws:sns/topic:Topic", queueType],
  judge: ({ props, type }) => {
    const encrypted =
      type === streamType
        ? props.encryptionType === "KMS"
        : // Queues are encrypted unless told otherwise, topics only when told to.
          Boolean(props.kmsMasterKeyId) || (type === queueType && props.sqsManagedSseEnabled !== false);
    return encrypted ? [] : ["keeps messages unencrypted."];
  },
};
