import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretReference } from "../delivery/database/reference.ts";
import type { NameKind } from "../infra/naming.ts";
import type { Settings } from "../infra/settings.ts";
import { createAlarms } from "./alarms.ts";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import {
  type DatabaseRequest,
  databaseLogs,
  databaseParameters,
  databaseRoles,
  parameterFamily,
  planDatabaseAlarms,
  planInstance,
} from "./database-plan.ts";
import { SecurityGroup } from "./security-group.ts";
import { createServiceRole } from "./service-role.ts";

export interface DatabaseArgs extends AwsArgs {
  readonly settings: Settings["database"];
  /** What sets this server apart from the stack's main one, for example `pre-production`. @default the main one */
  readonly part?: string;
  /** The group of settings that describes it, for the alarms' advice. @default database */
  readonly settingsGroup?: string;
  /** The name of the database in the server; another name is another, empty database beside the old. */
  readonly databaseName: string;
  readonly vpcId: pulumi.Input<string>;
  /** Subnets without a way to the internet, in two zones at least. */
  readonly subnetIds: pulumi.Input<string>[];
  /** The key of the storage, its snapshots and Performance Insights. It cannot be changed without a new server. */
  readonly keyArn: pulumi.Input<string>;
  /** The key of the secret with the master user's password. */
  readonly secretKeyArn: pulumi.Input<string>;
  readonly logKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  readonly alarmTopicArn: pulumi.Input<string>;
  /** Whether the data outlive a mistake: deletion protection, and disruptive changes in the maintenance window only. */
  readonly protect: boolean;
  /** What roles that this component makes may do at most. @default no such bound */
  readonly permissionsBoundary?: pulumi.Input<string>;
  readonly transform?: {
    readonly instance?: Transform<aws.rds.InstanceArgs>;
    readonly parameterGroup?: Transform<aws.rds.ParameterGroupArgs>;
  };
}

/**
 * A PostgreSQL server in RDS: encrypted, reachable over TLS from the groups that `securityGroup.allowFrom` names, its master
 * password made, kept and changed by RDS. Nothing in its settings makes AWS replace it.
 */
export class Database extends AwsComponent<DatabaseArgs> {
  readonly securityGroup: SecurityGroup;
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  /** The secret with the master user's name and password. */
  readonly masterSecretArn: pulumi.Output<string>;
  readonly instanceArn: pulumi.Output<string>;
  readonly identifier: string;
  /** `db-...`: the server itself, whatever it is called. */
  readonly resourceId: pulumi.Output<string>;
  /** The login that the application proves by an IAM token; the migrations' step makes it. */
  readonly applicationUser: string;
  /** What a role is given `rds-db:connect` on, to log in as the application. */
  readonly applicationUserArn: pulumi.Output<string>;
  /** The database as the owner of its schema: for migrations and flags. */
  readonly reference: pulumi.Output<SecretReference>;

  constructor(name: string, args: DatabaseArgs, opts?: ComponentOptions) {
    super("slipway:index:Database", name, args, opts);
    this.identifier = this.physical("databaseInstance");
    this.applicationUser = databaseRoles(args.context.application).application;
    const request: DatabaseRequest = {
      application: args.context.application,
      identifier: this.identifier,
      settings: args.settings,
      protect: args.protect,
      settingsGroup: args.settingsGroup,
    };

    this.securityGroup = this.createSecurityGroup();
    const logs = this.createLogGroups();
    const instance = this.createInstance(request, logs);
    this.createAlarms(request);

    this.host = instance.address;
    this.port = instance.port;
    this.instanceArn = instance.arn;
    this.resourceId = instance.resourceId;
    this.masterSecretArn = instance.masterUserSecrets.apply((secrets) => secrets[0]?.secretArn ?? "");
    this.applicationUserArn = this.userArn(this.applicationUser);
    this.reference = this.createReference();
    this.registerOutputs({ host: this.host, port: this.port, identifier: this.identifier, reference: this.reference });
  }

  private physical(kind: NameKind, ...parts: string[]): string {
    const { part } = this.args;
    return this.physicalName(kind, ...(part === undefined ? [] : [part]), ...parts);
  }

  private createSecurityGroup(): SecurityGroup {
    const { context, part, vpcId } = this.args;
    return new SecurityGroup(
      this.childName("access"),
      { context, vpcId, part: part === undefined ? "database" : `${part}-database`, description: "PostgreSQL" },
      { parent: this },
    );
  }

  /** Before the server, or RDS would make them itself: open to everybody's key and kept for ever. */
  private createLogGroups(): aws.cloudwatch.LogGroup[] {
    return databaseLogs(this.identifier).map(
      (log) =>
        new aws.cloudwatch.LogGroup(
          this.childName(`log-${log.export}`),
          {
            name: log.group,
            kmsKeyId: this.args.logKeyArn,
            retentionInDays: this.args.logRetentionDays,
            tags: this.tags(log.group),
          },
          { parent: this, protect: this.args.protect },
        ),
    );
  }

  private createInstance(request: DatabaseRequest, logs: aws.cloudwatch.LogGroup[]): aws.rds.Instance {
    const name = this.childName("instance");
    const [args, opts] = applyTransform<aws.rds.InstanceArgs>(
      this.args.transform?.instance,
      name,
      {
        ...planInstance(request),
        kmsKeyId: this.args.keyArn,
        masterUserSecretKmsKeyId: this.args.secretKeyArn,
        performanceInsightsKmsKeyId: this.args.keyArn,
        monitoringRoleArn: this.createMonitoringRole(),
        dbSubnetGroupName: this.createSubnetGroup().name,
        parameterGroupName: this.createParameterGroup().name,
        vpcSecurityGroupIds: [this.securityGroup.id],
        finalSnapshotIdentifier: this.finalSnapshotName(),
        tags: this.tags(this.identifier),
      },
      { parent: this, protect: this.args.protect, dependsOn: logs },
    );
    return new aws.rds.Instance(name, args, opts);
  }

  private createSubnetGroup(): aws.rds.SubnetGroup {
    const name = this.physical("databaseSubnetGroup", "database");
    return new aws.rds.SubnetGroup(
      this.childName("subnets"),
      {
        name,
        description: "Subnets without a way to the internet",
        subnetIds: this.args.subnetIds,
        tags: this.tags(name),
      },
      { parent: this },
    );
  }

  private createParameterGroup(): aws.rds.ParameterGroup {
    const family = parameterFamily(this.args.settings);
    const physical = this.physical("databaseParameterGroup", family);
    const name = this.childName("parameters");
    const [args, opts] = applyTransform<aws.rds.ParameterGroupArgs>(
      this.args.transform?.parameterGroup,
      name,
      {
        name: physical,
        family,
        description: `PostgreSQL of ${this.identifier}`,
        parameters: [...databaseParameters],
        tags: this.tags(physical),
      },
      { parent: this },
    );
    return new aws.rds.ParameterGroup(name, args, opts);
  }

  private createMonitoringRole(): pulumi.Output<string> {
    const name = this.physical("iamRole", "database-monitoring");
    return createServiceRole({
      parent: this,
      logicalName: this.childName("monitoring"),
      name,
      service: "monitoring.rds.amazonaws.com",
      managedPolicies: ["service-role/AmazonRDSEnhancedMonitoringRole"],
      anyArn: this.args.keyArn,
      permissionsBoundary: this.args.permissionsBoundary,
      tags: this.tags(name),
    });
  }

  /** The same for the whole life of the server and another for the next one, since a snapshot outlives both. */
  private finalSnapshotName(): pulumi.Output<string> {
    const life = new random.RandomId(this.childName("life"), { byteLength: 4 }, { parent: this });
    return life.hex.apply((hex) => this.physical("databaseSnapshot", "final", hex));
  }

  private createAlarms(request: DatabaseRequest): void {
    createAlarms(planDatabaseAlarms(request), {
      parent: this,
      childName: (part) => this.childName(`alarm-${part}`),
      physicalName: (part) => this.physical("metricAlarm", "database", part),
      tags: this.tags(),
      topicArn: this.args.alarmTopicArn,
    });
  }

  private userArn(user: string): pulumi.Output<string> {
    return pulumi.all([this.instanceArn, this.resourceId]).apply(([arn, resourceId]) => {
      const [, partition, , region, account] = arn.split(":");
      return `arn:${partition}:rds-db:${region}:${account}:dbuser:${resourceId}/${user}`;
    });
  }

  private createReference(): pulumi.Output<SecretReference> {
    return pulumi
      .all([this.masterSecretArn, this.host, this.port, this.resourceId])
      .apply(([arn, host, port, incarnation]) => ({
        kind: "secret" as const,
        arn,
        host,
        port,
        database: this.args.databaseName,
        application: this.applicationUser,
        incarnation,
      }));
  }
}
