import { UserError } from "../delivery/errors.ts";
import type { ServiceName, ServiceSettings } from "./container-service-plan.ts";
import type { PodServiceSettings } from "./kubernetes-service-plan.ts";

/* What of an environment is deployed, given the images that there are. Pure. */

/** Backend first: a frontend may need what the backend has just learned. */
export const rolloutOrder: readonly ServiceName[] = ["backend", "frontend"];

/**
 * The services that have an image, in the order in which they are rolled out.
 * @param image whether there is one, by name
 * @throws UserError when one has, but nothing could migrate its database or watch its canary
 */
export function planDeployed(
  stack: string,
  image: Readonly<Record<ServiceName | "operator", boolean>>,
): readonly ServiceName[] {
  const deployed = rolloutOrder.filter((service) => image[service]);
  const [first] = deployed;
  if (first !== undefined && !image.operator) {
    throw new UserError(
      `Pulumi.${stack}.yaml: slipway:images.${first} is set, but slipway:images.operator is not: nothing could apply the migrations that it needs, or watch over its rollout.\n` +
        '  Build the Dockerfile of this project, push it to the repository "operator", and set slipway:images.operator to its digest (sha256:...).',
    );
  }
  return deployed;
}

/**
 * The settings with each service's size.
 * @throws Error when one has none: then the rule that checks settings has a fault, not the user
 */
export function withPods(
  services: Readonly<Record<ServiceName, ServiceSettings>>,
): Readonly<Record<ServiceName, PodServiceSettings>> {
  const one = (service: ServiceName): PodServiceSettings => {
    const { pod, ...settings } = services[service];
    if (!pod) throw new Error(`the ${service} was let through without a size of its pods`);
    return { ...settings, pod };
  };
  return { backend: one("backend"), frontend: one("frontend") };
}
