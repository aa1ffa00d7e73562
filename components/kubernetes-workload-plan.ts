import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { canonical, memoryQuantity, type PodSize } from "./kubernetes-workload-sizes.ts";

/*
 * What one pod of ours looks like: a container that runs without root, without rights in the cluster, and writes nowhere but where
 * it says, so that a namespace under restricted pod security admits it. Pure; services and jobs share it. What only a run can know
 * (an image, an address) is handed on as it came.
 */

export type EnvVar = types.input.core.v1.EnvVar;
type Container = types.input.core.v1.Container;
type PodSpec = types.input.core.v1.PodSpec;

/** The account that the source document's pods run as (seeds/004). Images of ours let anybody read and nobody but root write. */
const unprivilegedUser = 1000;

/** MiB of each folder that a pod writes to, and of what it prints: the kubelet keeps 5 files of 10 MiB. */
const disk = { folder: 1024, log: 128 };

/** The container of a pod. */
export interface PodWish {
  readonly name: string;
  /** By digest. */
  readonly image: pulumi.Input<string>;
  readonly size: PodSize;
  readonly serviceAccount: string;
  readonly environment: readonly EnvVar[];
  /** Folders that it may write to; they are empty at each start and go with the pod. */
  readonly writablePaths: readonly string[];
  /** The SecretProviderClass whose values it is given. @default none */
  readonly secretClass?: string | undefined;
  /** What only some containers have: ports, probes, a command. */
  readonly container?: Partial<Container>;
  /** What only some pods have: spreading, a longer end. */
  readonly pod?: Partial<PodSpec>;
}

/** Plain variables, in one order whatever the order of the wishes. */
export function plainVariables(environment: Readonly<Record<string, pulumi.Input<string>>>): EnvVar[] {
  return byName(Object.entries(environment).map(([name, value]) => ({ name, value })));
}

/** Variables that a ConfigMap holds under the same names. */
export function configVariables(configMap: string, names: readonly string[]): EnvVar[] {
  return byName(names.map((key) => ({ name: key, valueFrom: { configMapKeyRef: { name: configMap, key } } })));
}

/** Variables that a Secret holds under the same names. */
export function secretVariables(secret: string, names: readonly string[]): EnvVar[] {
  return byName(names.map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: secret, key } } })));
}

const byName = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
  [...all].sort((one, other) => (one.name < other.name ? -1 : 1));

/** The template of a pod: complete but for who it is (its labels and annotations). */
export function planPodSpec(wish: PodWish): PodSpec {
  const folders = [...wish.writablePaths].sort().map((path) => ({ path, name: volumeNameOf(path) }));
  const secrets = wish.secretClass;
  return {
    serviceAccountName: wish.serviceAccount,
    automountServiceAccountToken: false,
    // Addresses of other services as variables: nobody reads them, and a name that changes would.
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: unprivilegedUser,
      runAsGroup: unprivilegedUser,
      fsGroup: unprivilegedUser,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: wish.name,
        image: wish.image,
        // A digest never means anything else.
        imagePullPolicy: "IfNotPresent",
        env: [...wish.environment],
        resources: resourcesOf(wish.size, folders.length),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          runAsUser: unprivilegedUser,
          capabilities: { drop: ["ALL"] },
          seccompProfile: { type: "RuntimeDefault" },
        },
        // The end of what it printed is what `kubectl describe` and whoever waits for it say of its end.
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [
          ...folders.map(({ name, path }) => ({ name, mountPath: path })),
          ...(secrets ? [{ name: "secrets", mountPath: "/mnt/secrets", readOnly: true }] : []),
        ],
        ...wish.container,
      },
    ],
    volumes: [
      ...folders.map(({ name }) => ({ name, emptyDir: { sizeLimit: memoryQuantity(disk.folder) } })),
      ...(secrets
        ? [
            {
              name: "secrets",
              csi: {
                driver: "secrets-store.csi.k8s.io",
                readOnly: true,
                volumeAttributes: { secretProviderClass: secrets },
              },
            },
          ]
        : []),
    ],
    ...wish.pod,
  };
}

/**
 * What the settings say, and the node's disk: all that the pod may write is asked for, so that no node promises more than it has and
 * a pod that fills its disk is the one that is ended.
 */
function resourcesOf(size: PodSize, folders: number) {
  const { limits, requests } = canonical(size);
  const storage = { "ephemeral-storage": memoryQuantity(folders * disk.folder + disk.log) };
  return { requests: { ...requests, ...storage }, limits: { ...limits, ...storage } };
}

/** `/tmp` is `tmp`, `/var/cache/x` is `var-cache-x`. */
const volumeNameOf = (path: string): string =>
  path
    .replace(/^\/+|\/+$/g, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
