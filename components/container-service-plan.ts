import { UserError } from "../delivery/errors.ts";
import type { Settings } from "../infra/settings.ts";

/* What one service of the application needs of the load balancer, of ECS deployments and of autoscaling. Pure. */

export type ServiceName = keyof Settings["services"];
export type ServiceSettings = Settings["services"][ServiceName];
export type Hosts = NonNullable<Settings["edge"]>["hosts"];

/** A listener's rule: a request that has one of the hosts and one of the paths (all, when there are none) is the service's. */
export interface PlannedRule {
  readonly priority: number;
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
}

/**
 * The lower is asked first. Each service has its own number for ever, with room between, so that another service renumbers
 * nobody; the frontend comes last because it takes what is left. The backend's is from seeds/004.
 */
export const priorities: Readonly<Record<ServiceName, number>> = { backend: 100, frontend: 1000 };

/** A rule compares with that many values, hosts and paths together. Source: "Quotas for your Application Load Balancers". */
const valuesInARule = 5;

/**
 * Plans which requests are a service's.
 * @throws UserError when no request would reach it, or a load balancer has no room for the paths.
 */
export function planRule(service: ServiceName, hosts: Hosts, paths: readonly string[]): PlannedRule {
  const ownHost = service === "backend" ? hosts.backend : undefined;
  // A host of its own is the service's with all its paths.
  const rule: PlannedRule = {
    priority: priorities[service],
    hosts: [ownHost ?? hosts.frontend],
    paths: ownHost === undefined ? paths : [],
  };
  if (service === "backend" && ownHost === undefined && paths.length === 0) {
    throw new UserError(
      "slipway:services.backend.paths is empty, but the backend shares the frontend's host, so that no request would reach it.\n" +
        '  Name its paths, for example ["/api/*"], or give it a host of its own in slipway:edge.hosts.backend.',
    );
  }
  if (rule.hosts.length + rule.paths.length > valuesInARule) {
    throw new UserError(
      `slipway:services.${service}.paths has ${rule.paths.length} paths, but a load balancer rule holds ${valuesInARule - 1} beside the host.\n` +
        "  Join some with a wildcard, for example /api/*, or give the service a host of its own.",
    );
  }
  return rule;
}

/** How ECS brings a new version in. */
export interface PlannedDeployment {
  readonly configuration: { readonly strategy: "ROLLING" | "BLUE_GREEN"; readonly bakeTimeInMinutes?: string };
  /** Whether two target groups and a test listener take part. */
  readonly blueGreen: boolean;
  /** How long Pulumi waits for the end, in minutes: the bake time is a part of the deployment. */
  readonly patienceMinutes: number;
}

export function planDeployment({ bakeMinutes, strategy }: Settings["deployment"]): PlannedDeployment {
  const startAndStop = 30;
  return strategy === "blueGreen"
    ? {
        configuration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: String(bakeMinutes) },
        blueGreen: true,
        patienceMinutes: startAndStop + bakeMinutes,
      }
    : { configuration: { strategy: "ROLLING" }, blueGreen: false, patienceMinutes: startAndStop };
}

/** Bounds and rules of a service's number of copies. */
export interface PlannedScaling {
  /** With how many copies it begins; from then on autoscaling decides. */
  readonly initial: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly targets: readonly { readonly part: string; readonly metric: string; readonly percent: number }[];
}

/** @param running whether there is an image to run; without one there is no copy, and none is asked for. */
export function planScaling(scaling: ServiceSettings["scaling"], running: boolean): PlannedScaling {
  const minimum = running ? scaling.minimum : 0;
  return {
    initial: minimum,
    minimum,
    maximum: scaling.maximum,
    targets: [
      { part: "cpu", metric: "ECSServiceAverageCPUUtilization", percent: scaling.cpuPercent },
      { part: "memory", metric: "ECSServiceAverageMemoryUtilization", percent: scaling.memoryPercent },
    ],
  };
}

/** One metric of a target group, or a formula over others. */
export type PlannedQuery =
  | { readonly id: string; readonly metric: string; readonly statistic: "Sum" | "Maximum"; readonly group: number }
  | { readonly id: string; readonly formula: string; readonly label: string };

/** An alarm that takes a deployment back. */
export interface PlannedRolloutAlarm {
  readonly part: "errors" | "unhealthy";
  readonly description: string;
  readonly threshold: number;
  /** Minutes in a row. */
  readonly minutes: number;
  /** The last one is what the alarm compares. */
  readonly queries: readonly PlannedQuery[];
}

/** Fewer requests a minute than these say nothing about a share: one error of two would be a half. */
const telling = 20;

/**
 * The alarms that ECS watches while it deploys. They look at all target groups of the service together, because blue and green
 * change places with each deployment.
 *
 * @param groups how many target groups the service has: 1 rolling, 2 blue/green.
 */
export function planRolloutAlarms(service: ServiceName, groups: 1 | 2): readonly PlannedRolloutAlarm[] {
  const each = Array.from({ length: groups }, (_, group) => group);
  const sum = (prefix: string) => each.map((group) => `FILL(${prefix}${group},0)`).join("+");
  const most = each.map((group) => `FILL(u${group},0)`).join(",");
  return [
    {
      part: "errors",
      description: `More than 5 percent of the requests to the ${service} fail (5xx); a deployment that runs is taken back.`,
      threshold: 5,
      minutes: 3,
      queries: [
        ...each.map((group) => query(`e${group}`, "HTTPCode_Target_5XX_Count", "Sum", group)),
        ...each.map((group) => query(`r${group}`, "RequestCount", "Sum", group)),
        {
          id: "share",
          formula: `IF(${sum("r")}>=${telling},100*(${sum("e")})/(${sum("r")}),0)`,
          label: "Failed requests in percent",
        },
      ],
    },
    {
      part: "unhealthy",
      description: `Copies of the ${service} fail their health check; a deployment that runs is taken back.`,
      threshold: 0,
      minutes: 3,
      queries: [
        ...each.map((group) => query(`u${group}`, "UnHealthyHostCount", "Maximum", group)),
        { id: "unhealthy", formula: groups === 1 ? most : `MAX([${most}])`, label: "Unhealthy copies" },
      ],
    },
  ];
}

const query = (id: string, metric: string, statistic: "Sum" | "Maximum", group: number): PlannedQuery => ({
  id,
  metric,
  statistic,
  group,
});

/**
 * How ECS asks the backend inside its task whether it is well: in Python, since the image has no curl (docs/templates). The
 * frontend's web server is asked by the load balancer alone, as in seeds/004.
 */
export function planHealthCommand(service: ServiceName, { healthPath, port }: ServiceSettings) {
  if (service !== "backend") return undefined;
  const url = `http://127.0.0.1:${port}${healthPath}`;
  return ["CMD", "python", "-c", `import urllib.request; urllib.request.urlopen(${JSON.stringify(url)}, timeout=4)`];
}
