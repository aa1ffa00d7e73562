import type { Rule } from "../rule.ts";

/** Keys that carry the connection itself instead of saying which database is meant. */
const connectionKey = /(host|hostname|address|port|pass(word)?|passfile|url|uri|dsn|connection(string)?)$/i;

export const databaseByReference: Rule = {
  name: "database-by-reference",
  title: "Databases by reference",
  severity: "high",
  description: "A dynamic resource names its database by reference, without host, port or password.",
  rationale:
    "A password in the inputs is in the state; an address in them makes a restored or moved database a replacement.",
  remediation:
    'Give { kind: "environment", database, user }, or { kind: "secret", arn }; the provider finds the rest at run time.',
  controls: [{ framework: "SOC 2", version: "2017", id: "CC6.1" }],
  appliesTo: ["pulumi-nodejs:dynamic/slipway:Migrations", "pulumi-nodejs:dynamic/slipway:Flags"],
  judge: ({ props }) => {
    const reference = props.database;
    if (typeof reference !== "object" || reference === null) return ["does not name its database by reference."];
    const foreign = Object.keys(reference).filter((key) => connectionKey.test(key));
    return foreign.length === 0 ? [] : [`gives more than a reference to its database: ${foreign.join(", ")}.`];
  },
};
