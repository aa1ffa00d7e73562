import { problem, type Rule } from "./rule.ts";

/** The memory sizes, in MiB, that Fargate offers for a number of CPU units: [least, most, step]. Source: ECS developer guide. */
const fargateMemory: ReadonlyMap<number, readonly [least: number, most: number, step: number]> = new Map([
  [256, [512, 2048, 1024]],
  [512, [1024, 4096, 1024]],
  [1024, [2048, 8192, 1024]],
  [2048, [4096, 16384, 1024]],
  [4096, [8192, 30720, 1024]],
  [8192, [16384, 61440, 4096]],
  [16384, [32768, 122880, 8192]],
]);

const serviceNames = ["backend", "frontend"] as const;

export const fargateSizesExist: Rule = ({ settings: { services } }) =>
  serviceNames.flatMap((name) => {
    const size = services?.[name].fargate;
    if (!size) return [];
    const memory = fargateMemory.get(size.cpu);
    if (!memory) {
      return [
        problem(
          ["services", name, "fargate", "cpu"],
          `is ${size.cpu}, which Fargate does not offer.`,
          `Set it to one of ${[...fargateMemory.keys()].join(", ")}.`,
        ),
      ];
    }
    const [least, most, step] = memory;
    const fits =
      size.memoryMiB >= least && size.memoryMiB <= most && (size.memoryMiB === least || size.memoryMiB % step === 0);
    if (fits) return [];
    return [
      problem(
        ["services", name, "fargate", "memoryMiB"],
        `is ${size.memoryMiB}, which Fargate does not offer with ${size.cpu} CPU units.`,
        `Set it to ${least}, or to a multiple of ${step} up to ${most}.`,
      ),
    ];
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
