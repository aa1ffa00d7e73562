import { type Breach, inJson, off, type Props, remove, replace, set } from "./breach.ts";

type Container = Record<string, unknown>;

const inContainer = (what: string, alter: (container: Container) => Container | undefined): Breach =>
  inJson("containerDefinitions", what, (list) => {
    const [first, ...others] = list as Container[];
    const changed = first && alter(first);
    return changed && [changed, ...others];
  });

/** What a container says wins over what its pod says, so that both are broken. */
function everywhere(at: string, key: string, value: unknown): Breach {
  const paths = [`${at}.securityContext.${key}`, `${at}.containers[*].securityContext.${key}`];
  return {
    what: `${at}, pod and containers: ${key} ${value === undefined ? "removed" : `= ${JSON.stringify(value)}`}`,
    break: (props) =>
      paths.reduce<Props | undefined>((broken, path) => {
        const breach = value === undefined ? remove(path) : replace(path, value);
        return breach.break(broken ?? props) ?? broken;
      }, undefined),
  };
}

/** Breaches of a pod, below the path of its specification. */
const pod = (at: string): readonly Breach[] => [
  set(`${at}.hostNetwork`, true),
  set(`${at}.hostPID`, true),
  set(`${at}.hostIPC`, true),
  set(`${at}.containers[*].securityContext.privileged`, true),
  set(`${at}.containers[*].securityContext.allowPrivilegeEscalation`, true),
  remove(`${at}.containers[*].securityContext.allowPrivilegeEscalation`),
  replace(`${at}.containers[*].securityContext.readOnlyRootFilesystem`, false),
  remove(`${at}.containers[*].securityContext.readOnlyRootFilesystem`),
  remove(`${at}.containers[*].securityContext.capabilities`),
  set(`${at}.containers[*].securityContext.capabilities`, { drop: ["ALL"], add: ["SYS_ADMIN"] }),
  everywhere(at, "runAsNonRoot", false),
  set(`${at}.containers[*].securityContext.runAsUser`, 0),
  everywhere(at, "seccompProfile", undefined),
  everywhere(at, "seccompProfile", { type: "Unconfined" }),
  set(`${at}.automountServiceAccountToken`, true),
  remove(`${at}.serviceAccountName`),
  set(`${at}.volumes`, [{ name: "host", hostPath: { path: "/" } }]),
  set(`${at}.containers[*].image`, "docker.io/library/nginx:latest"),
  remove(`${at}.containers[*].resources.limits`),
  remove(`${at}.containers[*].resources`),
  set(`${at}.containers[*].env`, [{ name: "DATABASE_PASSWORD", value: "planted-by-the-test" }]),
];

const template = "spec.template.spec";

/** What runs: tasks, the cluster and what is in it. */
export const computeBreaches: Readonly<Record<string, readonly Breach[]>> = {
  "aws:ecs/cluster:Cluster": [
    replace("settings", [{ name: "containerInsights", value: "disabled" }]),
    remove("settings"),
    replace("configuration.executeCommandConfiguration.logging", "NONE"),
    remove("configuration.executeCommandConfiguration.kmsKeyId"),
  ],
  "aws:ecs/service:Service": [
    set("networkConfiguration.assignPublicIp", true),
    replace("deploymentCircuitBreaker", { enable: false, rollback: false }),
    replace("alarms", { enable: false, rollback: false, alarmNames: [] }),
    remove("alarms"),
  ],
  "aws:ecs/taskDefinition:TaskDefinition": [
    inContainer("an image by its tag", (container) => ({ ...container, image: "nginx:latest" })),
    inContainer("no log", ({ logConfiguration: _, ...container }) => container),
    inContainer("privileged", (container) => ({ ...container, privileged: true })),
    inContainer("a root filesystem that can be written", (container) => ({
      ...container,
      readonlyRootFilesystem: false,
    })),
    inContainer("the user root", (container) => ({ ...container, user: "root" })),
    inContainer("a secret in the environment", (container) => ({
      ...container,
      environment: [{ name: "DATABASE_PASSWORD", value: "planted-by-the-test" }],
    })),
    set("networkMode", "host"),
    set("pidMode", "host"),
    { what: "the execution role as its own", break: (props) => ({ ...props, taskRoleArn: props.executionRoleArn }) },
  ],
  "aws:eks/cluster:Cluster": [
    set("vpcConfig.endpointPublicAccess", true),
    replace("vpcConfig.endpointPrivateAccess", false),
    remove("encryptionConfig"),
    replace("enabledClusterLogTypes", []),
    remove("enabledClusterLogTypes"),
    replace("enabledClusterLogTypes", ["api"]),
    replace("accessConfig.authenticationMode", "CONFIG_MAP"),
    replace("accessConfig.authenticationMode", "API_AND_CONFIG_MAP"),
    replace("accessConfig.bootstrapClusterCreatorAdminPermissions", true),
    ...off("deletionProtection"),
    replace("upgradePolicy.supportType", "EXTENDED"),
    replace("version", "1.29"),
  ],
  "aws:eks/addon:Addon": [remove("addonVersion")],
  "aws:codebuild/project:Project": [replace("environment.privilegedMode", true), remove("encryptionKey")],
  "kubernetes:apps/v1:Deployment": [
    ...pod(template),
    remove(`${template}.containers[*].readinessProbe`),
    remove(`${template}.containers[*].livenessProbe`),
    replace("spec.strategy", { type: "Recreate" }),
    remove(`${template}.topologySpreadConstraints`),
  ],
  "kubernetes:batch/v1:Job": pod(template),
  "kubernetes:core/v1:Namespace": [
    remove("metadata.labels.pod-security.kubernetes.io/enforce"),
    replace("metadata.labels.pod-security.kubernetes.io/enforce", "privileged"),
    replace("metadata.labels.pod-security.kubernetes.io/enforce", "baseline"),
  ],
  "kubernetes:core/v1:ServiceAccount": [
    replace("automountServiceAccountToken", true),
    remove("automountServiceAccountToken"),
  ],
  "kubernetes:core/v1:Service": [set("spec.type", "LoadBalancer"), set("spec.type", "NodePort")],
  "kubernetes:core/v1:ConfigMap": [set("data.DATABASE_PASSWORD", "planted-by-the-test")],
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": [
    replace("spec.ingress", [{}]),
    replace("spec.egress", [{}]),
    replace("spec.egress", [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }]),
  ],
  "kubernetes:networking.k8s.io/v1:Ingress": [
    remove("metadata.annotations.alb.ingress.kubernetes.io/ssl-redirect"),
    replace("metadata.annotations.alb.ingress.kubernetes.io/ssl-policy", "ELBSecurityPolicy-2016-08"),
    remove("metadata.annotations.alb.ingress.kubernetes.io/ssl-policy"),
    replace("metadata.annotations.alb.ingress.kubernetes.io/listen-ports", '[{"HTTP":80}]'),
  ],
  "kubernetes:rbac.authorization.k8s.io/v1:Role": [
    replace("rules", [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]),
    replace("rules", [{ apiGroups: [""], resources: ["secrets"], verbs: ["*"] }]),
  ],
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": [
    replace("rules", [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]),
    replace("rules", [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }]),
  ],
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": [
    set("roleRef", { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" }),
    set("subjects", [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:unauthenticated" }]),
  ],
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": [
    set("subjects", [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:authenticated" }]),
  ],
  "kubernetes:policy/v1:PodDisruptionBudget": [
    replace("spec.maxUnavailable", 0),
    replace("spec.maxUnavailable", "100%"),
  ],
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": [set("spec.minReplicas", 1)],
  "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy": [replace("spec.failurePolicy", "Ignore")],
  "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding": [
    replace("spec.validationActions", ["Audit"]),
  ],
  "kubernetes:eks.amazonaws.com/v1:IngressClassParams": [
    replace("spec.loadBalancerAttributes", [
      { key: "routing.http.drop_invalid_header_fields.enabled", value: "false" },
    ]),
  ],
};
