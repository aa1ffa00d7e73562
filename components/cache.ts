import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { NameKind } from "../infra/naming.ts";
import type { Settings } from "../infra/settings.ts";
import { createAlarms } from "./alarms.ts";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import {
  applicationAccess,
  type CacheRequest,
  cacheFamily,
  cacheLogs,
  planCacheAlarms,
  planReplicationGroup,
  valkeyPort,
} from "./cache-plan.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import { SecurityGroup } from "./security-group.ts";

export interface CacheArgs extends AwsArgs {
  readonly settings: NonNullable<Settings["cache"]>;
  /** What sets this cache apart from the stack's main one, for example `pre-production`. @default the main one */
  readonly part?: string;
  readonly vpcId: pulumi.Input<string>;
  /** Subnets without a way to the internet, in two zones at least. */
  readonly subnetIds: pulumi.Input<string>[];
  /** The key of what is written to disk and of snapshots. It cannot be changed without a new cache. */
  readonly keyArn: pulumi.Input<string>;
  readonly logKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  readonly alarmTopicArn: pulumi.Input<string>;
  /** Whether the data outlive a mistake; disruptive changes then wait for the maintenance window. */
  readonly protect: boolean;
  readonly transform?: {
    readonly replicationGroup?: Transform<aws.elasticache.ReplicationGroupArgs>;
    readonly parameterGroup?: Transform<aws.elasticache.ParameterGroupArgs>;
  };
}

/**
 * A Valkey cache in ElastiCache: encrypted, over TLS only, reachable from the groups that `securityGroup.allowFrom` names and
 * open to one user, who proves himself by an IAM token. There is no password, and no user "default".
 */
export class Cache extends AwsComponent<CacheArgs> {
  readonly securityGroup: SecurityGroup;
  /** The primary node, whichever it is. */
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  /** Whom the application logs in as. */
  readonly userName: string;
  /** With `arn`, what a role is given `elasticache:Connect` on. */
  readonly userArn: pulumi.Output<string>;
  readonly replicationGroupId: string;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: CacheArgs, opts?: ComponentOptions) {
    super("slipway:index:Cache", name, args, opts);
    this.replicationGroupId = this.physical("cacheReplicationGroup");
    // ElastiCache wants a user by IAM to have one name for both of its names.
    this.userName = this.physical("cacheUser", "app");
    const request: CacheRequest = { id: this.replicationGroupId, settings: args.settings, protect: args.protect };

    this.securityGroup = this.createSecurityGroup();
    const user = this.createUser();
    const group = this.createReplicationGroup(request, this.createUserGroup(user), this.createLogGroups());
    this.createAlarms(request);

    this.host = group.primaryEndpointAddress;
    this.port = group.port.apply((port) => port ?? valkeyPort);
    this.userArn = user.arn;
    this.arn = group.arn;
    this.registerOutputs({ host: this.host, port: this.port, userName: this.userName, arn: this.arn });
  }

  private physical(kind: NameKind, ...parts: string[]): string {
    const { part } = this.args;
    return this.physicalName(kind, ...(part === undefined ? [] : [part]), ...parts);
  }

  private createSecurityGroup(): SecurityGroup {
    const { context, part, vpcId } = this.args;
    return new SecurityGroup(
      this.childName("access"),
      { context, vpcId, part: part === undefined ? "cache" : `${part}-cache`, description: "Valkey" },
      { parent: this },
    );
  }

  private createUser(): aws.elasticache.User {
    return new aws.elasticache.User(
      this.childName("user"),
      {
        userId: this.userName,
        userName: this.userName,
        engine: "valkey",
        authenticationMode: { type: "iam" },
        accessString: applicationAccess,
        tags: this.tags(this.userName),
      },
      { parent: this },
    );
  }

  /** Unlike one of Redis, a group of Valkey needs no user "default", and admits none without a password. */
  private createUserGroup(user: aws.elasticache.User): aws.elasticache.UserGroup {
    const userGroupId = this.physical("cacheUser", "users");
    return new aws.elasticache.UserGroup(
      this.childName("users"),
      { userGroupId, engine: "valkey", userIds: [user.userId], tags: this.tags(userGroupId) },
      { parent: this },
    );
  }

  private createLogGroups(): aws.types.input.elasticache.ReplicationGroupLogDeliveryConfiguration[] {
    return cacheLogs.map((logType) => {
      const name = this.physical("logGroup", "cache", logType);
      const group = new aws.cloudwatch.LogGroup(
        this.childName(logType),
        {
          name,
          kmsKeyId: this.args.logKeyArn,
          retentionInDays: this.args.logRetentionDays,
          tags: this.tags(name),
        },
        { parent: this, protect: this.args.protect },
      );
      return { logType, logFormat: "json", destinationType: "cloudwatch-logs", destination: group.name };
    });
  }

  private createReplicationGroup(
    request: CacheRequest,
    users: aws.elasticache.UserGroup,
    logDeliveryConfigurations: aws.types.input.elasticache.ReplicationGroupLogDeliveryConfiguration[],
  ): aws.elasticache.ReplicationGroup {
    const name = this.childName("group");
    const [args, opts] = applyTransform<aws.elasticache.ReplicationGroupArgs>(
      this.args.transform?.replicationGroup,
      name,
      {
        ...planReplicationGroup(request),
        kmsKeyId: this.args.keyArn,
        userGroupIds: [users.userGroupId],
        subnetGroupName: this.createSubnetGroup().name,
        parameterGroupName: this.createParameterGroup().name,
        securityGroupIds: [this.securityGroup.id],
        logDeliveryConfigurations,
        ...(request.settings.snapshotDays > 0 ? { finalSnapshotIdentifier: this.finalSnapshotName() } : {}),
        tags: this.tags(this.replicationGroupId),
      },
      // The port is ElastiCache's choice; a difference in it would mean another cache, and the end of every connection.
      { parent: this, protect: this.args.protect, ignoreChanges: ["port"] },
    );
    return new aws.elasticache.ReplicationGroup(name, args, opts);
  }

  private createSubnetGroup(): aws.elasticache.SubnetGroup {
    const name = this.physical("cacheSubnetGroup", "cache");
    return new aws.elasticache.SubnetGroup(
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

  private createParameterGroup(): aws.elasticache.ParameterGroup {
    const family = cacheFamily(this.args.settings);
    const physical = this.physical("cacheParameterGroup", family);
    const name = this.childName("parameters");
    const [args, opts] = applyTransform<aws.elasticache.ParameterGroupArgs>(
      this.args.transform?.parameterGroup,
      name,
      {
        name: physical,
        family,
        description: `Valkey of ${this.replicationGroupId}`,
        // A full cache drops keys that have an end, the least used first, and never one that was to stay.
        parameters: [{ name: "maxmemory-policy", value: "volatile-lru" }],
        tags: this.tags(physical),
      },
      { parent: this },
    );
    return new aws.elasticache.ParameterGroup(name, args, opts);
  }

  /** The same for the whole life of the cache and another for the next one, since a snapshot outlives both. */
  private finalSnapshotName(): pulumi.Output<string> {
    const life = new random.RandomId(this.childName("life"), { byteLength: 4 }, { parent: this });
    return life.hex.apply((hex) => this.physical("cacheSnapshot", "final", hex));
  }

  private createAlarms(request: CacheRequest): void {
    createAlarms(planCacheAlarms(request), {
      parent: this,
      childName: (part) => this.childName(`alarm-${part}`),
      physicalName: (part) => this.physical("metricAlarm", "cache", part),
      tags: this.tags(),
      topicArn: this.args.alarmTopicArn,
    });
  }
}
