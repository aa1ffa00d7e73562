import type { Cases } from "../support/cases.ts";
import { accepts, refuses } from "../support/verdicts.ts";
import { deployment } from "../support/workloads.ts";

const secured = (securityContext: Readonly<Record<string, unknown>>) => deployment({ securityContext });

export const kubernetesPodCases: Cases = {
  "pod-privileged": [
    accepts("what Kubernetes does by default", deployment()),
    accepts("an explicit no", secured({ privileged: false })),
    refuses("a privileged container", secured({ privileged: true }), 'runs the container "web" privileged.'),
    refuses(
      "a privileged init container",
      deployment({}, { initContainers: [{ name: "setup", securityContext: { privileged: true } }] }),
      'runs the container "setup" privileged.',
    ),
    refuses(
      "a privileged container of a CronJob",
      {
        type: "kubernetes:batch/v1:CronJob",
        props: {
          spec: {
            jobTemplate: {
              spec: { template: { spec: { containers: [{ name: "job", securityContext: { privileged: true } }] } } },
            },
          },
        },
      },
      'runs the container "job" privileged.',
    ),
    refuses(
      "a host process",
      deployment({}, { securityContext: { windowsOptions: { hostProcess: true } } }),
      'runs the container "web" as a process of the host.',
    ),
  ],
  "pod-host-namespaces": [
    accepts("what Kubernetes does by default", deployment()),
    accepts("an explicit no", deployment({}, { hostNetwork: false, hostPID: false })),
    refuses("the network of the node", deployment({}, { hostNetwork: true }), "shares the network of its node."),
    refuses("the others of the node", deployment({}, { hostIPC: true, hostPID: true }), [
      "shares the processes of its node.",
      "shares the shared memory of its node.",
    ]),
  ],
  "pod-volumes": [
    accepts("no volumes", deployment()),
    accepts(
      "volumes of the restricted standard",
      deployment(
        {},
        {
          volumes: [
            { name: "tmp", emptyDir: {}, hostPath: null },
            { name: "secrets", csi: { driver: "x" } },
          ],
        },
      ),
    ),
    refuses(
      "a path of the node",
      deployment({}, { volumes: [{ name: "docker", hostPath: { path: "/var/run/docker.sock" } }] }),
      'mounts the volume "docker" of the kind hostPath.',
    ),
    refuses(
      "a volume of a server",
      deployment({}, { volumes: [{ name: "files", nfs: { server: "nas" } }] }),
      'mounts the volume "files" of the kind nfs.',
    ),
  ],
  "pod-host-ports": [
    accepts("a port of the container", deployment({ ports: [{ containerPort: 80 }] })),
    accepts("a host port of 0, which is none", deployment({ ports: [{ containerPort: 80, hostPort: 0 }] })),
    refuses(
      "a port of the node",
      deployment({ ports: [{ containerPort: 80, hostPort: 8080 }] }),
      'opens the port 8080 of its node for the container "web".',
    ),
  ],
  "pod-capabilities": [
    accepts("none", secured({ capabilities: { drop: ["ALL"] } })),
    accepts("the low ports", secured({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } })),
    refuses("the runtime's default", deployment(), 'does not drop all capabilities of the container "web".'),
    refuses(
      "some dropped",
      secured({ capabilities: { drop: ["NET_RAW"] } }),
      'does not drop all capabilities of the container "web".',
    ),
    refuses(
      "some added",
      secured({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN", "NET_BIND_SERVICE"] } }),
      'gives the container "web" SYS_ADMIN.',
    ),
  ],
  "pod-privilege-escalation": [
    accepts("no", secured({ allowPrivilegeEscalation: false })),
    refuses("the default, which is yes", deployment(), 'lets processes of the container "web" gain privileges.'),
    refuses(
      "yes",
      secured({ allowPrivilegeEscalation: true }),
      'lets processes of the container "web" gain privileges.',
    ),
  ],
  "pod-root-user": [
    accepts("a container that must not be root", secured({ runAsNonRoot: true })),
    accepts(
      "a pod that must not be root",
      deployment({}, { securityContext: { runAsNonRoot: true, runAsUser: 1000 } }),
    ),
    refuses("what the image decides", deployment(), 'may run the container "web" as root.'),
    refuses("root", secured({ runAsNonRoot: true, runAsUser: 0 }), 'runs the container "web" as root.'),
    refuses(
      "a container that takes back what its pod says",
      deployment({ securityContext: { runAsNonRoot: false } }, { securityContext: { runAsNonRoot: true } }),
      'may run the container "web" as root.',
    ),
  ],
  "pod-seccomp": [
    accepts("the runtime's", deployment({}, { securityContext: { seccompProfile: { type: "RuntimeDefault" } } })),
    accepts("one of the node", secured({ seccompProfile: { type: "Localhost", localhostProfile: "web.json" } })),
    refuses("none", deployment(), 'lets the container "web" make every system call.'),
    refuses(
      "none on purpose",
      secured({ seccompProfile: { type: "Unconfined" } }),
      'lets the container "web" make every system call.',
    ),
  ],
  "pod-kernel-settings": [
    accepts("what Kubernetes does by default", deployment()),
    accepts(
      "a safe sysctl and a type for containers",
      deployment(
        { securityContext: { seLinuxOptions: { type: "container_t", level: "s0:c1" } } },
        { securityContext: { sysctls: [{ name: "net.ipv4.tcp_syncookies", value: "1" }] } },
      ),
    ),
    refuses(
      "an unsafe sysctl",
      deployment({}, { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } }),
      "sets the sysctl kernel.msgmax.",
    ),
    refuses(
      "guards that are off",
      secured({ procMount: "Unmasked", appArmorProfile: { type: "Unconfined" }, seLinuxOptions: { type: "spc_t" } }),
      [
        'unmasks /proc for the container "web".',
        'turns off AppArmor for the container "web".',
        'chooses its own SELinux context for the container "web".',
      ],
    ),
  ],
  "pod-root-filesystem": [
    accepts("a read-only one", secured({ readOnlyRootFilesystem: true })),
    refuses("the default", deployment(), 'lets the container "web" write to its root filesystem.'),
    refuses(
      "a writable one",
      secured({ readOnlyRootFilesystem: false }),
      'lets the container "web" write to its root filesystem.',
    ),
  ],
  "pod-service-account": [
    accepts("one of its own", deployment({}, { serviceAccountName: "web" })),
    accepts("one of its own by the old name", deployment({}, { serviceAccount: "web" })),
    refuses("none", deployment(), "runs under the default service account."),
    refuses(
      "the default",
      deployment({}, { serviceAccountName: "default" }),
      "runs under the default service account.",
    ),
  ],
  "pod-environment-secrets": [
    accepts("a ConfigMap", deployment({ envFrom: [{ configMapRef: { name: "web" } }] })),
    accepts(
      "one key",
      deployment({ env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "web", key: "KEY" } } }] }),
    ),
    refuses(
      "a whole Secret",
      deployment({ envFrom: [{ secretRef: { name: "all" } }] }),
      'takes all of the Secret "all" into the environment of the container "web".',
    ),
  ],
};
