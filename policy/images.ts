import { containersOf, workloadTypes } from "./kubernetes.ts";
import type { JudgedResource } from "./resource.ts";
import { taskContainersOf, taskType } from "./tasks.ts";

const lambdaType = "aws:lambda/function:Function";

/** Everything that runs container images. */
export const imageTypes: readonly string[] = [taskType, lambdaType, ...workloadTypes];

/** The images that a resource runs. */
export function imagesOf({ props, type }: Pick<JudgedResource, "props" | "type">): readonly string[] {
  const images =
    type === taskType
      ? taskContainersOf(props.containerDefinitions).map(({ image }) => image)
      : type === lambdaType
        ? [props.imageUri]
        : containersOf({ props, type }).map((container) => container.props.image);
  return [...new Set(images.filter((image) => typeof image === "string"))];
}

/**
 * Registries that serve what we or the vendors of our platform pushed: private ones of ECR, AWS's and Docker's official images in
 * ECR's gallery, where anybody else may publish too, and that of the Kubernetes project.
 */
const trusted: readonly RegExp[] = [
  /^[0-9]{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|on\.aws)\//,
  /^public\.ecr\.aws\/(amazonlinux|aws-[a-z-]+|docker\/library|eks|eks-distro|lambda)\//,
  /^registry\.k8s\.io\//,
];

/** Whether an image comes from a registry that we trust. */
export function isFromTrustedRegistry(image: string): boolean {
  return trusted.some((registry) => registry.test(image));
}

/** Whether an image is named by the digest of its contents, which no push can change. */
export function isByDigest(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image);
}
