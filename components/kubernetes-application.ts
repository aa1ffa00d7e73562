import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../infra/settings.ts";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import type { Hosts, ServiceName } from "./container-service-plan.ts";
import type { Statement } from "./container-task-roles.ts";
import { planDeployed, rolloutOrder, withPods } from "./kubernetes-application-plan.ts";
import { KubernetesIngress, type KubernetesIngressArgs } from "./kubernetes-ingress.ts";
import { KubernetesJob } from "./kubernetes-job.ts";
import { planTaskSpec } from "./kubernetes-job-plan.ts";
import { KubernetesNamespace, type KubernetesNamespaceArgs } from "./kubernetes-namespace.ts";
import type { NetworkPlaces } from "./kubernetes-policies-plan.ts";
import { KubernetesRolloutAlarm } from "./kubernetes-rollout-alarm.ts";
import { planWatchBinding, planWatchRole } from "./kubernetes-rollout-plan.ts";
import { KubernetesSecrets } from "./kubernetes-secrets.ts";
import { KubernetesService, type KubernetesServiceArgs } from "./kubernetes-service.ts";
import { type PodServiceSettings, planAccount, type RolloutSettings } from "./kubernetes-service-plan.ts";
import { type App, accountName, versionOf } from "./kubernetes-workload-labels.ts";
import { plainVariables } from "./kubernetes-workload-plan.ts";
import { PodIdentity } from "./pod-identity.ts";

/** What a program is given: variables, and what it may do in AWS. */
interface GivenToProgram {
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statements: readonly Statement[];
}

export interface KubernetesApplicationArgs extends AwsArgs {
  /** The namespace, which is the environment's alone; names its load balancer and its class of Ingress as well. */
  readonly namespace: string;
  /** The cluster: `KubernetesPlatform` fits. */
  readonly platform: { readonly clusterName: pulumi.Input<string>; readonly clusterArn: pulumi.Input<string> };
  readonly region: string;
  readonly services: Settings["services"];
  /** For how long a canary is watched before the others follow, and how long a copy must be ready to count. */
  readonly rollout: RolloutSettings;
  readonly hosts: Hosts;
  /** The zones that nodes may stand in: from three on, copies are held to be spread over them. */
  readonly zones: readonly string[];
  /** Who is where in the network, for its policies. */
  readonly cidrs: NetworkPlaces;
  /** Images by digest (`registry.imageUri`). A service without one is not deployed; with one it needs the operator's too. */
  readonly images: Readonly<Record<ServiceName | "operator", pulumi.Input<string> | undefined>>;
  readonly given: Readonly<Record<ServiceName | "operator", GivenToProgram>>;
  /** What the backend is given of Secrets Manager: variable to the secret's ARN, and the key that they are encrypted with. */
  readonly secrets: {
    readonly arns: Readonly<Record<string, pulumi.Input<string>>>;
    readonly keyArn: pulumi.Input<string>;
  };
  /** Of a certificate that is validated, for all hosts. */
  readonly certificateArn: pulumi.Input<string>;
  /** The firewall before the load balancer. @default none */
  readonly firewallArn?: pulumi.Input<string> | undefined;
  /** Who is told when requests fail. */
  readonly alarmTopicArn: pulumi.Input<string>;
  /** The bucket that the load balancer writes its access log to. @default none */
  readonly accessLogs?: { readonly bucket: pulumi.Input<string>; readonly prefix: string } | undefined;
  /** What must be there before the first pod, beside what the component makes, for example rules of security groups. @default nothing */
  readonly after?: readonly pulumi.Resource[] | undefined;
  /** Last word on objects, each in the words of the component that makes it. */
  readonly transform?:
    | {
        readonly service?: KubernetesServiceArgs["transform"];
        readonly ingress?: KubernetesIngressArgs["transform"];
        readonly space?: KubernetesNamespaceArgs["transform"];
      }
    | undefined;
}

/** How long migrations may take before a rollout is given up: large tables are filled in batches, for hours if need be. */
const migrationSeconds = 6 * 3600;

/**
 * One environment of the application on Kubernetes. The provider of the cluster comes with `opts.providers`, beside AWS's.
 *
 * The order of a rollout: the migrations succeed, then the backend's canary, the watch over it, the backend's other copies, then the
 * same for the frontend. Each of these stops what follows. A step whose inputs are as they were is not taken.
 */
export class KubernetesApplication extends AwsComponent<KubernetesApplicationArgs> {
  /** Where the load balancer answers: what the hosts' records point at (zone: `aws.lb.getHostedZoneId`). */
  readonly hostname: pulumi.Output<string>;
  /** What the load balancer is called in AWS, known from the first preview on. */
  readonly loadBalancerName: string;
  readonly namespace: string;
  /**
   * What has applied the migrations; undefined when there is no image that could. For `dependsOn` alone: a new Job takes the old one's
   * place, and what used an output of it would be made anew as well.
   */
  readonly migrated: pulumi.Resource | undefined;
  /** What `./slipway task` makes its Jobs from (the stack's output `tasks`); undefined when there is no image that they could run. */
  readonly tasks: pulumi.Output<unknown> | undefined;
  private readonly services: Readonly<Record<ServiceName, PodServiceSettings>>;
  private readonly before: readonly pulumi.Resource[];

  constructor(name: string, args: KubernetesApplicationArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesApplication", name, args, opts);
    const deployed = planDeployed(args.context.stack, {
      backend: args.images.backend !== undefined,
      frontend: args.images.frontend !== undefined,
      operator: args.images.operator !== undefined,
    });
    this.services = withPods(args.services);
    this.namespace = args.namespace;

    const space = this.createNamespace();
    const within = { parent: this };
    const secrets = new KubernetesSecrets(
      this.childName("secrets"),
      { ...this.place(), ...args.secrets, region: args.region, after: space.ready },
      within,
    );
    const ingress = this.createIngress(space);
    this.hostname = ingress.hostname;
    this.loadBalancerName = ingress.loadBalancerName;
    const alarm = new KubernetesRolloutAlarm(
      this.childName("alarm"),
      { ...this.place(), ...ingress, topicArn: args.alarmTopicArn },
      within,
    );
    this.before = [
      ...(args.after ?? []),
      space,
      secrets,
      ...ingress.ready,
      ...this.createAccounts(space, secrets, alarm),
    ];
    const migration = args.images.operator === undefined ? undefined : this.migrate(args.images.operator);
    this.migrated = migration?.done;
    this.tasks = args.images.operator === undefined ? undefined : this.taskTarget(args.images.operator);
    if (migration) this.roll(deployed, [...this.before, migration.done], secrets, alarm);
    for (const service of rolloutOrder) if (!deployed.includes(service)) this.sayHowToRunIt(service);
    this.registerOutputs({ hostname: this.hostname });
  }

  private place() {
    const { context, namespace } = this.args;
    return { context, namespace };
  }

  private createNamespace(): KubernetesNamespace {
    const { cidrs, transform } = this.args;
    return new KubernetesNamespace(
      this.childName("space"),
      { ...this.place(), cidrs, services: this.services, transform: transform?.space },
      { parent: this },
    );
  }

  private createIngress(space: KubernetesNamespace): KubernetesIngress {
    const { accessLogs, certificateArn, firewallArn, hosts, transform } = this.args;
    return new KubernetesIngress(
      this.childName("ingress"),
      {
        ...this.place(),
        accessLogs,
        after: space.ready,
        certificateArn,
        firewallArn,
        hosts,
        services: this.services,
        transform: transform?.ingress,
      },
      { parent: this },
    );
  }

  /** Who the pods are, in the cluster and in AWS: four programs, none of which may do what another may. */
  private createAccounts(
    space: KubernetesNamespace,
    secrets: KubernetesSecrets,
    alarm: KubernetesRolloutAlarm,
  ): pulumi.Resource[] {
    const { given } = this.args;
    const within = { parent: this, dependsOn: [...space.ready] };
    const watching: Statement = {
      Sid: "ReadAlarms",
      Effect: "Allow",
      Action: "cloudwatch:DescribeAlarms",
      Resource: alarm.alarmArn,
    };
    const role = new kubernetes.rbac.v1.Role(
      this.childName("watch-role"),
      planWatchRole(this.place(), ["backend", "frontend"]),
      within,
    );
    return [
      ...this.createAccount("backend", [...given.backend.statements, ...secrets.statements], within),
      ...this.createAccount("frontend", given.frontend.statements, within),
      ...this.createAccount("migration", given.operator.statements, within),
      ...this.createAccount("analysis", [watching], within),
      new kubernetes.rbac.v1.RoleBinding(this.childName("watch-binding"), planWatchBinding(this.place()), {
        ...within,
        dependsOn: [role],
      }),
    ];
  }

  private createAccount(
    app: App,
    statements: readonly Statement[],
    within: pulumi.CustomResourceOptions,
  ): pulumi.Resource[] {
    const { clusterArn, clusterName } = this.args.platform;
    const account = new kubernetes.core.v1.ServiceAccount(
      this.childName(`${app}-account`),
      planAccount(this.place(), app),
      within,
    );
    // Credentials are put into a pod when it is born: what it may do must be there before.
    const identity =
      statements.length > 0
        ? new PodIdentity(
            this.childName(`${app}-identity`),
            {
              ...this.place(),
              clusterArn,
              clusterName,
              serviceAccount: accountName(this.args.context, app),
              statements,
            },
            { parent: this },
          )
        : undefined;
    return [account, ...(identity ? [identity] : [])];
  }

  private roll(
    deployed: readonly ServiceName[],
    first: readonly pulumi.Resource[],
    secrets: KubernetesSecrets,
    alarm: KubernetesRolloutAlarm,
  ): void {
    const { given, images, region, rollout, transform, zones } = this.args;
    let after = first;
    for (const service of deployed) {
      const isBackend = service === "backend";
      const { rolled } = new KubernetesService(
        this.childName(service),
        {
          ...this.place(),
          service,
          settings: this.services[service],
          image: known(images[service]),
          environment: given[service].environment,
          configured: isBackend,
          secrets: isBackend ? secrets.variables : [],
          zones: zones.length,
          rollout,
          watch: { image: known(images.operator), region, alarms: alarm.alarmName },
          after,
          transform: transform?.service,
        },
        { parent: this },
      );
      after = [...after, rolled];
    }
  }

  private migrate(image: pulumi.Input<string>): KubernetesJob {
    return new KubernetesJob(
      this.childName("migration"),
      { ...this.operator(image), app: "migration", prefix: "migration", command: "migrate", after: this.before },
      { parent: this },
    );
  }

  private taskTarget(image: pulumi.Input<string>): pulumi.Output<unknown> {
    const { namespace, platform, region } = this.args;
    return pulumi.output({ cluster: platform.clusterName, region, namespace, job: planTaskSpec(this.operator(image)) });
  }

  /** What runs this project's command line next to the database. */
  private operator(image: pulumi.Input<string>) {
    return {
      ...this.place(),
      image,
      version: pulumi.output(image).apply(versionOf),
      environment: plainVariables(this.args.given.operator.environment),
      deadlineSeconds: migrationSeconds,
    };
  }

  private sayHowToRunIt(service: ServiceName): void {
    const { context, namespace } = this.args;
    void pulumi.log.info(
      `The ${service} has no image yet, so that it is not deployed to ${namespace}. Push one to its repository (output "registry"), ` +
        `then set slipway:images.${service} in Pulumi.${context.stack}.yaml to its digest (sha256:...) and run up again.`,
      this,
    );
  }
}

/** An image that the plan has found to be there. */
function known(image: pulumi.Input<string> | undefined): pulumi.Input<string> {
  if (image === undefined) throw new Error("a service without an image was planned to be deployed");
  return image;
}
