import type { Environment } from "../../environment.ts";
import type { Settings } from "../../settings.ts";
import type { SettingPath } from "../problems.ts";
import { problem, type Rule } from "./rule.ts";

/** Something that an environment insists on. */
interface Requirement {
  readonly environments: readonly Environment[];
  readonly path: SettingPath;
  /** What the setting is and why that does not do; undefined when the settings meet the requirement, or lack the group. */
  readonly shortfall: (settings: Partial<Settings>) => string | undefined;
  /** The setting that would do, as the rest of "Set it to ...". */
  readonly setTo: string;
}

const production: readonly Environment[] = ["production"];
const shared: readonly Environment[] = ["staging", "production"];

const isOff = (value: boolean | undefined) => (value === false ? "is false" : undefined);
const below = (value: number | undefined, least: number) =>
  value !== undefined && value < least ? `is ${value}` : undefined;

/** Sources: issue "Production on EKS" (Multi-AZ, 35 days, three zones, locked vault), seeds/004 (7 days in staging). */
const requirements: readonly Requirement[] = [
  {
    environments: production,
    path: ["database", "multiAz"],
    shortfall: ({ database }) => isOff(database?.multiAz),
    setTo: "true",
  },
  {
    environments: production,
    path: ["database", "backupDays"],
    shortfall: ({ database }) => below(database?.backupDays, 35),
    setTo: "35",
  },
  {
    environments: ["staging"],
    path: ["database", "backupDays"],
    shortfall: ({ database }) => below(database?.backupDays, 7),
    setTo: "7 or more",
  },
  {
    environments: production,
    path: ["database", "deletionProtection"],
    shortfall: ({ database }) => isOff(database?.deletionProtection),
    setTo: "true",
  },
  {
    environments: production,
    path: ["database", "finalSnapshot"],
    shortfall: ({ database }) => isOff(database?.finalSnapshot),
    setTo: "true",
  },
  {
    environments: production,
    path: ["releases", "multiAz"],
    shortfall: ({ releases }) => isOff(releases?.multiAz),
    setTo: "true",
  },
  {
    environments: production,
    path: ["releases", "backupDays"],
    shortfall: ({ releases }) => below(releases?.backupDays, 35),
    setTo: "35",
  },
  {
    environments: production,
    path: ["cache", "multiAz"],
    shortfall: ({ cache }) => isOff(cache?.multiAz),
    setTo: "true",
  },
  {
    environments: production,
    path: ["network", "zones"],
    shortfall: ({ network }) => zoneShortfall(network, 3),
    setTo: "three zones or more",
  },
  {
    environments: shared,
    path: ["network", "zones"],
    shortfall: ({ network }) => zoneShortfall(network, 2),
    setTo: "two zones or more (a load balancer and a database need two)",
  },
  {
    environments: production,
    path: ["network", "natGateways"],
    shortfall: ({ network }) => (network?.natGateways === "single" ? 'is "single"' : undefined),
    setTo: '"perZone" or "regional", so that no zone depends on another',
  },
  {
    environments: shared,
    path: ["network", "flowLogs"],
    shortfall: ({ network }) => isOff(network?.flowLogs),
    setTo: "true",
  },
  {
    environments: production,
    path: ["services", "backend", "scaling", "minimum"],
    shortfall: ({ services }) => below(services?.backend.scaling.minimum, 3),
    setTo: "3 or more, one copy in each zone",
  },
  {
    environments: production,
    path: ["services", "frontend", "scaling", "minimum"],
    shortfall: ({ services }) => below(services?.frontend.scaling.minimum, 3),
    setTo: "3 or more, one copy in each zone",
  },
  {
    environments: production,
    path: ["logs", "retentionDays"],
    shortfall: ({ logs }) => below(logs?.retentionDays, 90),
    setTo: "90 or more",
  },
  {
    environments: production,
    path: ["backup", "lockVault"],
    shortfall: ({ backup }) => isOff(backup?.lockVault),
    setTo: "true",
  },
  {
    environments: production,
    path: ["backup", "retentionDays"],
    shortfall: ({ backup }) => below(backup?.retentionDays, 35),
    setTo: "35 or more",
  },
  {
    environments: production,
    path: ["backup", "copyToRegion"],
    shortfall: ({ aws, backup }) =>
      aws && backup?.copyToRegion === aws.region ? `is "${aws.region}", the stack's own region` : undefined,
    setTo: "another region",
  },
  {
    environments: production,
    path: ["github", "createRepository"],
    shortfall: ({ github }) => (github?.createRepository ? "is true" : undefined),
    setTo: "false: production does not own the repository",
  },
];

/** What the declared environment insists on beyond what the platform needs. */
export const environmentRequirements: Rule = ({ settings }) => {
  const { environment } = settings;
  if (environment === undefined) return [];
  const told = new Set<string>();
  return requirements.flatMap(({ environments, path, shortfall, setTo }) => {
    const found = environments.includes(environment) ? shortfall(settings) : undefined;
    const name = path.join(".");
    if (found === undefined || told.has(name)) return [];
    told.add(name);
    return [
      problem(
        path,
        `${found}, but the environment "${environment}" requires ${requirementOf(setTo)}.`,
        `Set it to ${setTo}, or declare another environment in slipway:environment.`,
      ),
    ];
  });
};

/** "true" reads better as "it" in a sentence: `is false, but the environment "production" requires it`. */
function requirementOf(setTo: string): string {
  return setTo === "true" ? "it" : (setTo.split(/[,:(]/)[0] ?? setTo).trim();
}

function zoneShortfall(network: Settings["network"], least: number): string | undefined {
  const zones = network?.zones.length;
  return zones !== undefined && zones < least ? `has ${zones} zone${zones === 1 ? "" : "s"}` : undefined;
}
