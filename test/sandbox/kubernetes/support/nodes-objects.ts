/** A Deployment spread evenly over the zones, with probes, of an image that nothing stands for. */
export function deployment(app: string, replicas: number, spec: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: app, namespace: "default" },
    spec: {
      replicas,
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "topology.kubernetes.io/zone",
              whenUnsatisfiable: "DoNotSchedule",
              nodeTaintsPolicy: "Honor",
              labelSelector: { matchLabels: { app } },
            },
          ],
          containers: [
            {
              name: "main",
              image: `registry.test/${app}:1`,
              readinessProbe: { httpGet: { path: "/health", port: 8000 } },
              resources: { requests: { cpu: "100m", memory: "64Mi" } },
            },
          ],
          ...spec,
        },
      },
    },
  };
}

/** A Job of the operator image, which runs as a process. */
export function operatorJob(app: string, args: readonly string[], container: Readonly<Record<string, unknown>> = {}) {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: app, namespace: "default" },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels: { app } },
        spec: {
          restartPolicy: "Never",
          terminationGracePeriodSeconds: 2,
          containers: [{ name: "main", image: "registry.test/operator@sha256:00", args, ...container }],
        },
      },
    },
  };
}

/** Ready pods must stay so many. */
export function disruptionBudget(app: string, minAvailable: number): unknown {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: app, namespace: "default" },
    spec: { minAvailable, selector: { matchLabels: { app } } },
  };
}

/** What the secrets store makes of one secret of Secrets Manager. */
export function secretProviderClass(name: string, secret: string, keys: Readonly<Record<string, string>>): unknown {
  const jmesPath = Object.keys(keys).map((key) => ({ path: key, objectAlias: key }));
  return {
    apiVersion: "secrets-store.csi.x-k8s.io/v1",
    kind: "SecretProviderClass",
    metadata: { name, namespace: "default" },
    spec: {
      provider: "aws",
      parameters: {
        usePodIdentity: "true",
        objects: JSON.stringify([{ objectName: secret, objectType: "secretsmanager", jmesPath }]),
      },
      secretObjects: [
        {
          secretName: name,
          type: "Opaque",
          data: Object.entries(keys).map(([objectName, key]) => ({ objectName, key })),
        },
      ],
    },
  };
}
