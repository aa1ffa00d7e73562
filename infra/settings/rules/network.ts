import { gridProblem } from "../../../components/network-plan.ts";
import { type AddressRange, contains, overlaps, parseCidr } from "../../cidr.ts";
import type { Problem, SettingPath } from "../problems.ts";
import { duplicates, problem, type Rule } from "./rule.ts";

/** Subnets that are not listed have a place on the grid of components/network-plan.ts. */
export const subnetsHaveAPlace: Rule = ({ settings: { network, platform } }) => {
  if (!network || platform === undefined || platform === "local") return [];
  const found = gridProblem(network, platform);
  return found ? [problem(["network", ...found.path], found.what, found.remedy)] : [];
};

export const subnetsFitNetwork: Rule = ({ settings: { network } }) => {
  if (!network?.subnets) return [];
  const vpc = parseCidr(network.cidr);
  if (!vpc) return [];
  const problems: Problem[] = [];
  const placed: { readonly name: string; readonly text: string; readonly range: AddressRange }[] = [];
  for (const tier of ["public", "private", "isolated"] as const) {
    const blocks = network.subnets[tier];
    if (blocks.length !== network.zones.length) {
      problems.push(
        problem(
          ["network", "subnets", tier],
          `has ${count(blocks.length, "subnet")}, but slipway:network.zones has ${count(network.zones.length, "zone")}.`,
          "Give every zone one subnet of each tier, in the order of the zones.",
        ),
      );
    }
    blocks.forEach((text, index) => {
      const range = parseCidr(text);
      if (!range) return;
      const path = ["network", "subnets", tier, index];
      if (!contains(vpc, range)) {
        problems.push(
          problem(
            path,
            `is ${text}, which lies outside the VPC's ${network.cidr}.`,
            `Choose a block inside ${network.cidr}.`,
          ),
        );
      } else if (range.prefix > 28) {
        problems.push(problem(path, `is ${text}, smaller than AWS allows.`, "Choose a block of size /16 to /28."));
      }
      const other = placed.find((candidate) => overlaps(candidate.range, range));
      if (other) {
        problems.push(
          problem(
            path,
            `is ${text}, which overlaps ${other.text} of ${other.name}.`,
            "Choose blocks that do not overlap.",
          ),
        );
      }
      placed.push({ name: `slipway:network.subnets.${tier}[${index}]`, text, range });
    });
  }
  return problems;
};

export const zonesLieInRegion: Rule = ({ settings: { aws, network } }) => {
  if (!network) return [];
  const foreign = network.zones.flatMap((zone, index) =>
    aws && !zone.startsWith(aws.region)
      ? [
          problem(
            ["network", "zones", index],
            `is "${zone}", which is not in the region "${aws.region}".`,
            `Choose a zone of ${aws.region}, or change slipway:aws.region.`,
          ),
        ]
      : [],
  );
  return [...foreign, ...duplicates(["network", "zones"], network.zones, "zone")];
};

export const hostsLieInZone: Rule = ({ settings: { edge, environment, preProduction } }) => {
  if (!edge) return [];
  const named: [SettingPath, string | undefined][] = [
    [["edge", "hosts", "frontend"], edge.hosts.frontend],
    [["edge", "hosts", "backend"], edge.hosts.backend],
    [["preProduction", "hosts", "frontend"], preProduction?.hosts.frontend],
    [["preProduction", "hosts", "backend"], preProduction?.hosts.backend],
  ];
  const given = named.flatMap(([path, host]) => (host === undefined ? [] : [{ path, host }]));
  return given.flatMap(({ path, host }, index) => {
    if (host !== edge.zone && !host.endsWith(`.${edge.zone}`))
      return [
        problem(
          path,
          `is "${host}", which is not in the zone "${edge.zone}".`,
          `Choose a host that ends in ${edge.zone}.`,
        ),
      ];
    if (given.findIndex((other) => other.host === host) < index)
      return [
        problem(path, `is "${host}", which is used twice.`, "Give each service and environment a host of its own."),
      ];
    // A zone of the stack's own begins below production's: its name is free to be a host.
    if (host === edge.zone && !edge.createZone && environment !== undefined && environment !== "production")
      return [
        problem(
          path,
          `is "${host}", production's own host.`,
          `Choose a host below it, for example staging.${edge.zone}.`,
        ),
      ];
    return [];
  });
};

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
