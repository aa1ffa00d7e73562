import type { ResourceRule } from "../../rule.ts";
import { recordOf, textsOf } from "../../values.ts";

const user = "aws:elasticache/user:User";
const serverless = "aws:elasticache/serverlessCache:ServerlessCache";

export const cacheAuthentication: ResourceRule = {
  name: "cache-authentication",
  title: "Caches ask who it is",
  severity: "high",
  category: "identity",
  description: "A cache has a group of users, none of whom needs no password.",
  rationale: "Without it whatever reaches the port reads and writes every session.",
  remediation: "Give the cache userGroupIds, and its users authenticationMode iam.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.5", "NIST IA-2", "NIST AC-3", "GDPR 32(1)(b)"],
  appliesTo: ["aws:elasticache/replicationGroup:ReplicationGroup", serverless, user],
  judge: ({ props, type }) => {
    if (type === user) {
      const { type: mode } = recordOf(props.authenticationMode);
      const asks = mode === "iam" || mode === "password" || hasPassword(props);
      const isOpen = props.noPasswordRequired === true || !asks;
      return isOpen && !isOff(props.accessString) ? ["logs in without a password."] : [];
    }
    if (type === serverless) return props.userGroupId ? [] : ["asks nobody who it is."];
    // A member of a global group takes the users of its primary.
    const asks =
      textsOf(props.userGroupIds).length > 0 ||
      props.authToken ||
      props.authTokenWoVersion ||
      props.globalReplicationGroupId;
    return asks ? [] : ["asks nobody who it is."];
  },
};

function hasPassword({ passwords, passwordsWo }: Readonly<Record<string, unknown>>): boolean {
  return textsOf(passwords).length > 0 || (typeof passwordsWo === "string" && passwordsWo !== "");
}

/** The way to close the default user, which cannot be removed. */
function isOff(accessString: unknown): boolean {
  return typeof accessString === "string" && accessString.trim().split(/\s+/).includes("off");
}
