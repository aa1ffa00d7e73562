import type { V1Container, V1PodSpec } from "@kubernetes/client-node";

/*
 * Pod security, level restricted, as Kubernetes 1.36 judges it. Source: "Pod Security Standards" of the Kubernetes documentation,
 * all controls of Baseline and Restricted for Linux.
 */

const volumes = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** What restricted pod security has against a pod; nothing when it admits it. */
export function objectionsTo(spec: V1PodSpec): string[] {
  const { securityContext: pod = {} } = spec;
  const own = [
    ...(["hostNetwork", "hostPID", "hostIPC"] as const).filter((key) => spec[key]).map((key) => `${key} is used`),
    ...(pod.sysctls?.length ? ["sysctls are set"] : []),
    ...(pod.windowsOptions?.hostProcess ? ["it is a host process"] : []),
    ...(spec.volumes ?? []).flatMap(({ name, ...source }) => {
      const kinds = Object.entries(source).flatMap(([kind, value]) => (value === undefined ? [] : kind));
      return kinds.filter((kind) => !volumes.includes(kind)).map((kind) => `volume ${name} is a ${kind}`);
    }),
    ...(pod.runAsUser === 0 ? ["runs as root"] : []),
  ];
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  return [...own, ...all.flatMap((container) => objectionsToContainer(container, pod))];
}

function objectionsToContainer(container: V1Container, pod: NonNullable<V1PodSpec["securityContext"]>): string[] {
  const {
    lifecycle,
    livenessProbe,
    name,
    ports = [],
    readinessProbe,
    securityContext: own = {},
    startupProbe,
  } = container;
  const seccomp = (own.seccompProfile ?? pod.seccompProfile)?.type;
  const added = (own.capabilities?.add ?? []).filter((capability) => capability !== "NET_BIND_SERVICE");
  const hooks = [livenessProbe, readinessProbe, startupProbe, lifecycle?.preStop, lifecycle?.postStart];
  const wrong: readonly (readonly [boolean | undefined, string])[] = [
    [own.privileged, "is privileged"],
    [own.allowPrivilegeEscalation !== false, "may gain rights"],
    [!own.capabilities?.drop?.includes("ALL"), "keeps capabilities"],
    [added.length > 0, `adds ${added.join(", ")}`],
    [(own.runAsNonRoot ?? pod.runAsNonRoot) !== true, "may run as root"],
    [own.runAsUser === 0, "runs as root"],
    [seccomp !== "RuntimeDefault" && seccomp !== "Localhost", "has no seccomp profile"],
    [own.procMount !== undefined && own.procMount !== "Default", "sees other processes"],
    [ports.some(({ hostPort }) => hostPort), "takes a port of the node"],
    [own.windowsOptions?.hostProcess, "is a host process"],
    [hooks.some((hook) => hook?.httpGet?.host || hook?.tcpSocket?.host), "has a probe of another host"],
  ];
  return wrong.flatMap(([is, what]) => (is ? [`container ${name} ${what}`] : []));
}
