import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordsOf } from "../../values.ts";

/**
 * What makes an engine refuse connections without TLS, and the version from which it does so by default: "Using SSL/TLS to encrypt a
 * connection to a DB instance" in the user guides of RDS and Aurora.
 */
const engines: ReadonlyArray<{ readonly family: RegExp; readonly parameter: string; readonly since: number }> = [
  { family: /^postgres(\d+)/, parameter: "rds.force_ssl", since: 15 },
  { family: /^aurora-postgresql(\d+)/, parameter: "rds.force_ssl", since: 17 },
  { family: /^sqlserver-\w+-(\d+)/, parameter: "rds.force_ssl", since: Number.POSITIVE_INFINITY },
  { family: /^mysql(\d+\.\d+)/, parameter: "require_secure_transport", since: 8.4 },
  { family: /^mariadb(\d+\.\d+)/, parameter: "require_secure_transport", since: 11.8 },
  { family: /^aurora-mysql(\d+\.\d+)/, parameter: "require_secure_transport", since: Number.POSITIVE_INFINITY },
];

export const databaseTls: ResourceRule = {
  name: "database-tls",
  title: "Databases refuse connections without TLS",
  severity: "high",
  category: "encryption",
  description: "A database's parameters refuse connections without TLS.",
  rationale: "A client that is set up wrongly sends its password and data in the clear, and nobody notices.",
  remediation: "Set rds.force_ssl to 1 (PostgreSQL, SQL Server) or require_secure_transport to 1 (MySQL, MariaDB).",
  controls: ["SOC2 CC6.7", "ISO27001 A.8.24", "ISO27001 A.8.20", "NIST SC-8(1)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:rds/clusterParameterGroup:ClusterParameterGroup", "aws:rds/parameterGroup:ParameterGroup"],
  judge: ({ props, type }) => {
    const family = textOf(props.family);
    // Aurora has the parameter in the group of the cluster.
    if (family.startsWith("aurora") && type === "aws:rds/parameterGroup:ParameterGroup") return [];
    const engine = engines.find((each) => each.family.test(family));
    if (!engine) return [];
    const version = Number(engine.family.exec(family)?.[1]);
    const set = recordsOf(props.parameters).find(({ name }) => name === engine.parameter)?.value;
    const refuses = set === undefined ? version >= engine.since : /^(1|on|true)$/i.test(textOf(set));
    return refuses ? [] : ["lets clients connect without TLS."];
  },
};
