import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../infra/settings.ts";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import type { ContainerPlatform } from "./container-platform.ts";
import { createAutoscaling, createRolloutAlarms } from "./container-service-care.ts";
import {
  type Hosts,
  type PlannedDeployment,
  type PlannedScaling,
  planDeployment,
  planHealthCommand,
  planScaling,
  type ServiceName,
  type ServiceSettings,
} from "./container-service-plan.ts";
import { ServiceRoutes } from "./container-service-routes.ts";
import { Task } from "./container-task.ts";
import type { Statement } from "./container-task-roles.ts";
import { SecurityGroup } from "./security-group.ts";

export interface ContainerServiceArgs extends AwsArgs {
  readonly service: ServiceName;
  readonly settings: ServiceSettings;
  readonly deployment: Settings["deployment"];
  /** The hosts of the application, which decide what reaches the service. */
  readonly hosts: Hosts;
  readonly platform: ContainerPlatform;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Where the image is pulled from. */
  readonly repository: { readonly url: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  /** The image, by digest. @default none yet: the service exists without a running copy */
  readonly image?: pulumi.Input<string> | undefined;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Variable to the ARN of the secret that ECS puts into it when it starts a copy. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** The keys that the secrets are encrypted with. */
  readonly secretsKeyArns: readonly pulumi.Input<string>[];
  /** What the program may do in AWS. @default nothing */
  readonly statements?: readonly Statement[] | undefined;
  readonly logKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  /** Who is told when copies fail. */
  readonly alarmTopicArn: pulumi.Input<string>;
  readonly permissionsBoundary?: pulumi.Input<string> | undefined;
  /** Folders that it may write to; they are empty at each start. @default ["/tmp"] */
  readonly writablePaths?: readonly string[] | undefined;
  /** What the image is built for. ARM costs a fifth less, if the image is built for it. @default "X86_64" */
  readonly architecture?: "X86_64" | "ARM64" | undefined;
  /** Lets copies reach HTTPS servers anywhere; else only what a `securityGroup.allowTo` names. @default false */
  readonly internet?: boolean | undefined;
  /** The question inside the task whether it is well. @default a request of the health path in Python for the backend, none else */
  readonly healthCommand?: readonly string[] | undefined;
  readonly transform?: {
    readonly service?: Transform<aws.ecs.ServiceArgs>;
    readonly taskDefinition?: Transform<aws.ecs.TaskDefinitionArgs>;
    readonly targetGroup?: Transform<aws.lb.TargetGroupArgs>;
  };
}

/**
 * A service of the application on Fargate: its copies, what the load balancer sends to them, how a new version takes over and is taken
 * back, and how many copies there are.
 *
 * While there is no image it exists without a copy. When the first one comes (or the last one goes) the ECS service is built
 * anew, since from its birth on only autoscaling says how many copies there are.
 */
export class ContainerService extends AwsComponent<ContainerServiceArgs> {
  /** Of the copies: let databases and endpoints in by it. */
  readonly securityGroup: SecurityGroup;
  readonly serviceName: pulumi.Output<string>;
  readonly taskRoleArn: pulumi.Output<string>;
  readonly taskDefinitionArn: pulumi.Output<string>;
  /** Blue, and green when deployments are blue/green. */
  readonly targetGroupArns: pulumi.Output<string>[];

  constructor(name: string, args: ContainerServiceArgs, opts?: ComponentOptions) {
    super("slipway:index:ContainerService", name, args, opts);
    const deployment = planDeployment(args.deployment);
    const scaling = planScaling(args.settings.scaling, args.image !== undefined);
    if (args.image === undefined) this.sayHowToRunIt();

    this.securityGroup = this.createSecurityGroup();
    const task = this.createTask();
    const routes = this.createRoutes(deployment);
    const alarms = this.createAlarms(routes);
    const service = this.createService({ alarms, deployment, routes, scaling, task });
    createAutoscaling(this.owner(), args.platform.clusterName, service.name, scaling, this.tags());

    this.serviceName = service.name;
    this.taskRoleArn = task.roles.taskRoleArn;
    this.taskDefinitionArn = task.definition.arn;
    this.targetGroupArns = routes.groups.map(({ arn }) => arn);
    this.registerOutputs({ serviceName: this.serviceName, taskDefinitionArn: this.taskDefinitionArn });
  }

  private owner() {
    return { resource: this, childName: (part: string) => this.childName(part) };
  }

  private sayHowToRunIt(): void {
    const { context, service } = this.args;
    void pulumi.log.info(
      `The ${service} has no image yet, so that no copy runs. Push one to its repository (output "registry"), ` +
        `then set slipway:images.${service} in Pulumi.${context.stack}.yaml to its digest (sha256:...) and run up again.`,
      this,
    );
  }

  private createSecurityGroup(): SecurityGroup {
    const { context, internet, platform, service, settings, vpcId } = this.args;
    const group = new SecurityGroup(
      this.childName("access"),
      { context, vpcId, part: service, description: `The copies of the ${service}` },
      { parent: this },
    );
    group.allowFrom({ name: "load-balancer", group: platform.loadBalancerSecurityGroup }, settings.port);
    if (internet) group.allowTo({ name: "internet", cidr: "0.0.0.0/0" }, 443);
    return group;
  }

  private createTask(): Task {
    const { args } = this;
    const { service, settings } = args;
    return new Task(
      this.childName("task"),
      {
        context: args.context,
        part: service,
        sizeSetting: `slipway:services.${service}.fargate`,
        size: settings.fargate ?? { cpu: 256, memoryMiB: 512 },
        repository: args.repository,
        image: args.image,
        port: settings.port,
        environment: args.environment,
        secrets: args.secrets,
        secretsKeyArns: args.secretsKeyArns,
        statements: args.statements,
        logKeyArn: args.logKeyArn,
        logRetentionDays: args.logRetentionDays,
        permissionsBoundary: args.permissionsBoundary,
        execLogGroup: args.platform.execLogGroup,
        healthCommand: args.healthCommand ?? planHealthCommand(service, settings),
        writablePaths: args.writablePaths,
        architecture: args.architecture,
        transform: args.transform,
      },
      { parent: this },
    );
  }

  private createRoutes({ blueGreen }: PlannedDeployment): ServiceRoutes {
    const { context, hosts, platform, service, settings, transform, vpcId } = this.args;
    return new ServiceRoutes(
      this.childName("routes"),
      { context, blueGreen, hosts, platform, service, settings, vpcId, transform },
      { parent: this },
    );
  }

  private createAlarms({ groups }: ServiceRoutes): aws.cloudwatch.MetricAlarm[] {
    const { alarmTopicArn, platform, service } = this.args;
    return createRolloutAlarms(this.owner(), {
      service,
      name: (part) => this.physicalName("metricAlarm", service, part),
      tags: (display) => this.tags(display),
      loadBalancer: platform.loadBalancer.arnSuffix,
      targetGroups: groups.map(({ arnSuffix }) => arnSuffix),
      topicArn: alarmTopicArn,
    });
  }

  private createService(parts: {
    readonly alarms: readonly aws.cloudwatch.MetricAlarm[];
    readonly deployment: PlannedDeployment;
    readonly routes: ServiceRoutes;
    readonly scaling: PlannedScaling;
    readonly task: Task;
  }): aws.ecs.Service {
    const { alarms, deployment, routes, scaling, task } = parts;
    const { platform, service, settings, subnetIds } = this.args;
    const [blue, green] = routes.groups;
    const running = this.args.image !== undefined;
    const physical = this.physicalName("ecsService", service);
    const patience = `${deployment.patienceMinutes}m`;
    const [serviceArgs, serviceOpts] = applyTransform<aws.ecs.ServiceArgs>(
      this.args.transform?.service,
      this.childName("service"),
      {
        name: physical,
        cluster: platform.clusterArn,
        taskDefinition: task.definition.arn,
        desiredCount: scaling.initial,
        launchType: "FARGATE",
        networkConfiguration: {
          subnets: subnetIds,
          securityGroups: [this.securityGroup.id],
          assignPublicIp: false,
        },
        loadBalancers: [
          {
            ...(blue && { targetGroupArn: blue.arn }),
            containerName: service,
            containerPort: settings.port,
            ...(green && {
              advancedConfiguration: {
                alternateTargetGroupArn: green.arn,
                productionListenerRule: routes.production.arn,
                ...(routes.test && { testListenerRule: routes.test.arn }),
                roleArn: platform.trafficShiftRoleArn,
              },
            }),
          },
        ],
        deploymentController: { type: "ECS" },
        deploymentConfiguration: deployment.configuration,
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        // Both hold for rolling and for blue/green. Source: ECS developer guide, "Amazon ECS deployment failure detection".
        deploymentCircuitBreaker: { enable: true, rollback: true },
        alarms: { alarmNames: alarms.map(({ name }) => name), enable: true, rollback: true },
        availabilityZoneRebalancing: "ENABLED",
        enableExecuteCommand: platform.execLogGroup !== undefined,
        healthCheckGracePeriodSeconds: 60,
        propagateTags: "SERVICE",
        enableEcsManagedTags: true,
        // Whoever deploys is told how it ended, and Ctrl-C takes the deployment back.
        waitForSteadyState: running,
        sigintRollback: running,
        tags: this.tags(physical),
      },
      {
        parent: this,
        // A listener's rule must exist before ECS registers copies in its group, a role's policy before a copy starts.
        dependsOn: [routes.production, ...(routes.test ? [routes.test] : []), ...task.roles.policies],
        ignoreChanges: ["desiredCount"],
        replacementTrigger: running ? "running" : "without an image",
        deleteBeforeReplace: true,
        customTimeouts: { create: patience, update: patience, delete: "30m" },
      },
    );
    return new aws.ecs.Service(this.childName("service"), serviceArgs, serviceOpts);
  }
}
