import type { ResourceRule } from "../../rule.ts";

/** Keys that carry the connection itself instead of saying which database is meant. */
const connectionKey = /(host|hostname|address|port|pass(word)?|passfile|url|uri|dsn|connection(string)?)$/i;

const addressKeys: readonly string[] = ["host", "port"];

export const databaseByReference: ResourceRule = {
  name: "database-by-reference",
  title: "Databases by reference",
  severity: "high",
  category: "secrets",
  description:
    "A dynamic resource names its database by reference: by the environment of whoever connects, or by the ARN of a secret.",
  rationale:
    "A password in the inputs is in the state, and in every copy of it; so is a connection string that holds one.",
  remediation:
    'Give { kind: "environment", database, user }, or { kind: "secret", arn, host, port, database }; the password is read at run time.',
  controls: ["SOC2 CC6.1", "ISO27001 A.5.17", "NIST IA-5(7)"],
  appliesTo: [
    "pulumi-nodejs:dynamic/slipway:Migrations",
    "pulumi-nodejs:dynamic/slipway:Flags",
    "pulumi-nodejs:dynamic/slipway:ReleaseStore",
  ],
  judge: ({ props }) => {
    const reference = props.database;
    if (typeof reference !== "object" || reference === null) return ["does not name its database by reference."];
    // Which server a secret belongs to only its inputs can say; the provider knows that another address is no other database.
    const allowed = "kind" in reference && reference.kind === "secret" ? addressKeys : [];
    const foreign = Object.keys(reference).filter((key) => connectionKey.test(key) && !allowed.includes(key));
    return foreign.length === 0 ? [] : [`gives more than a reference to its database: ${foreign.join(", ")}.`];
  },
};
