import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Place } from "./kubernetes-service-plan.ts";
import { labelsOf, secretName } from "./kubernetes-workload-labels.ts";

/*
 * How values come from Secrets Manager to a pod: mounted by the CSI driver as the pod's own identity, and from there into a Secret
 * that its variables name. Neither this program nor its state ever holds a value. Pure.
 */

/**
 * What the driver is to get: its provider's list, which is YAML, of which JSON is a part.
 * @param arns variable to the ARN of its secret
 */
export function secretObjects(arns: Readonly<Record<string, string>>): string {
  return JSON.stringify(
    Object.keys(arns)
      .sort()
      .map((variable) => ({ objectName: arns[variable], objectType: "secretsmanager", objectAlias: variable })),
  );
}

/** @param objects {@link secretObjects}, once the ARNs are known */
export function planSecretClass(
  { context, namespace }: Place,
  region: string,
  variables: readonly string[],
  objects: pulumi.Input<string>,
) {
  return {
    apiVersion: "secrets-store.csi.x-k8s.io/v1",
    kind: "SecretProviderClass",
    metadata: { name: secretName, namespace, labels: labelsOf(context, undefined) },
    spec: {
      provider: "aws",
      parameters: { region, usePodIdentity: "true", objects },
      // The Secret is there as long as a pod has the mount.
      secretObjects: [
        {
          secretName,
          type: "Opaque",
          labels: labelsOf(context, undefined),
          data: [...variables].sort().map((variable) => ({ objectName: variable, key: variable })),
        },
      ],
    },
  };
}

/** What both connections of the backend may take at most (seeds/004), unless it is told otherwise. */
const limits = { DATABASE_MAX_CONNECTIONS: "20", REDIS_MAX_CONNECTIONS: "10" };

/** Everything that the backend's ConfigMap holds. */
export const configOf = (environment: Readonly<Record<string, pulumi.Input<string>>>) => ({
  ...limits,
  ...environment,
});

export function planConfig(
  { context, namespace }: Place,
  name: string,
  data: Readonly<Record<string, pulumi.Input<string>>>,
): types.input.core.v1.ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels: labelsOf(context, "backend") },
    data: { ...data },
  };
}
