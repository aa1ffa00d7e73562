import { misfitOf } from "../../fargate.ts";
import { problem, type Rule } from "./rule.ts";

const serviceNames = ["backend", "frontend"] as const;

export const fargateSizesExist: Rule = ({ settings: { services } }) =>
  serviceNames.flatMap((name) => {
    const size = services?.[name].fargate;
    const misfit = size && misfitOf(size);
    return misfit ? [problem(["services", name, "fargate", misfit.field], misfit.what, misfit.remedy)] : [];
  });

export const servicesFitPlatform: Rule = ({ settings: { platform, services } }) => {
  if (!services || platform === undefined) return [];
  const sized = { local: undefined, ecs: "fargate", eks: "pod" } as const;
  return serviceNames.flatMap((name) =>
    (["fargate", "pod"] as const).flatMap((form) => {
      const given = services[name][form] !== undefined;
      if (given && sized[platform] !== form)
        return [problem(["services", name, form], `has no effect on the platform "${platform}".`, "Remove it.")];
      if (!given && sized[platform] === form)
        return [
          problem(
            ["services", name, form],
            `is missing, but the platform "${platform}" needs it.`,
            "Add the size of one copy.",
          ),
        ];
      return [];
    }),
  );
};

export const scalingIsARange: Rule = ({ settings: { services } }) =>
  serviceNames.flatMap((name) => {
    const scaling = services?.[name].scaling;
    return scaling && scaling.minimum > scaling.maximum
      ? [
          problem(
            ["services", name, "scaling", "minimum"],
            `is ${scaling.minimum}, more than the maximum of ${scaling.maximum}.`,
            "Lower the minimum or raise the maximum.",
          ),
        ]
      : [];
  });

export const portsDiffer: Rule = ({ settings: { services } }) =>
  services && services.backend.port === services.frontend.port
    ? [
        problem(
          ["services", "frontend", "port"],
          `is ${services.frontend.port}, the port of the backend too.`,
          "Give each service a port of its own, for example 8000 and 3000.",
        ),
      ]
    : [];

/** On a shared host the load balancer knows a request of the backend by its path alone. */
export const backendIsReachable: Rule = ({ settings: { platform, services, edge } }) =>
  services && edge && platform !== "local" && edge.hosts.backend === undefined && services.backend.paths.length === 0
    ? [
        problem(
          ["services", "backend", "paths"],
          "is empty, but the backend shares the frontend's host, so that no request would reach it.",
          'Name its paths, for example ["/api/*"], or give it a host of its own in slipway:edge.hosts.backend.',
        ),
      ]
    : [];
