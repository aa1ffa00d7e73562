import type { Environment } from "../../../../infra/environment.ts";
import type { BundledDeployable } from "../../../release/model.ts";
import type { ReleasedImage } from "../../engine/stack-config.ts";

/**
 * The deployables that a stack runs an image of, and which. What the database is released with is the operator's image, which
 * carries its migrations and runs them.
 */
const imageOf: Readonly<Record<string, ReleasedImage["image"]>> = {
  backend: "backend",
  frontend: "frontend",
  database: "operator",
};

/** The images that a bundle brings to an environment of the process, as the stack's settings name them. */
export function releasedImages(
  { deployables }: { readonly deployables: Readonly<Record<string, BundledDeployable>> },
  environment: string,
  main: Environment,
): ReleasedImage[] {
  return Object.entries(deployables).flatMap(([name, { image: digest }]) => {
    const image = imageOf[name];
    return image === undefined || digest === undefined
      ? []
      : [{ environment: settingsName(environment, main), image, digest }];
  });
}

/** What settings call an environment of the process: pre-production is beside the stack's main environment. */
export function settingsName(environment: string, main: Environment): Environment {
  return environment === "pre-production" ? "preProduction" : main;
}
