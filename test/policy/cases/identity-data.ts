import type { Cases } from "../support/cases.ts";

const taskType = "aws:ecs/taskDefinition:TaskDefinition";
const instanceType = "aws:rds/instance:Instance";
const groupType = "aws:elasticache/replicationGroup:ReplicationGroup";
const serverlessType = "aws:elasticache/serverlessCache:ServerlessCache";
const userType = "aws:elasticache/user:User";

const user = (props: Readonly<Record<string, unknown>>) => ({ type: userType, props });

export const dataIdentityCases: Cases = {
  "ecs-task-roles": [
    {
      title: "accepts two roles",
      resource: { type: taskType, props: { executionRoleArn: "arn:agent", taskRoleArn: "arn:task" } },
      findings: [],
    },
    {
      title: "accepts a task without AWS",
      resource: { type: taskType, props: { executionRoleArn: "arn:agent" } },
      findings: [],
    },
    {
      title: "refuses one for both",
      resource: { type: taskType, props: { executionRoleArn: "arn:both", taskRoleArn: "arn:both" } },
      findings: ["works with the role by which ECS starts it."],
    },
  ],
  "database-iam-authentication": [
    {
      title: "accepts IAM's tokens",
      resource: { type: instanceType, props: { engine: "postgres", iamDatabaseAuthenticationEnabled: true } },
      findings: [],
    },
    {
      title: "accepts an engine that knows none",
      resource: { type: instanceType, props: { engine: "oracle-se2" } },
      findings: [],
    },
    {
      title: "refuses RDS's default",
      resource: { type: instanceType, props: { engine: "postgres" } },
      findings: ["does not take IAM's tokens."],
    },
    {
      title: "refuses a replica without",
      resource: { type: instanceType, props: { replicateSourceDb: "x", iamDatabaseAuthenticationEnabled: false } },
      findings: ["does not take IAM's tokens."],
    },
  ],
  "cache-authentication": [
    { title: "accepts users", resource: { type: groupType, props: { userGroupIds: ["users"] } }, findings: [] },
    {
      title: "accepts users of a serverless cache",
      resource: { type: serverlessType, props: { userGroupId: "users" } },
      findings: [],
    },
    {
      title: "accepts a user of IAM",
      resource: user({ accessString: "on ~* +@all", authenticationMode: { type: "iam" } }),
      findings: [],
    },
    {
      title: "accepts the default user when it is off",
      resource: user({ accessString: "off -@all", noPasswordRequired: true }),
      findings: [],
    },
    { title: "refuses nobody", resource: { type: groupType, props: {} }, findings: ["asks nobody who it is."] },
    {
      title: "refuses no users",
      resource: { type: groupType, props: { userGroupIds: [] } },
      findings: ["asks nobody who it is."],
    },
    {
      title: "refuses a serverless cache without users",
      resource: { type: serverlessType, props: {} },
      findings: ["asks nobody who it is."],
    },
    {
      title: "accepts a user with a password",
      resource: user({ accessString: "on ~* +@all", passwords: ["planted"] }),
      findings: [],
    },
    {
      title: "refuses a user of whom nothing is asked",
      resource: user({ accessString: "on ~* +@all" }),
      findings: ["logs in without a password."],
    },
    {
      title: "refuses a user without a password",
      resource: user({ accessString: "on ~* +@all", authenticationMode: { type: "no-password-required" } }),
      findings: ["logs in without a password."],
    },
  ],
  "cache-user-permissions": [
    {
      title: "accepts commands less administration",
      resource: user({ accessString: "on ~* &* +@all -@admin -@dangerous +info" }),
      findings: [],
    },
    { title: "accepts a user that is off", resource: user({ accessString: "off ~* +@all" }), findings: [] },
    { title: "accepts single categories", resource: user({ accessString: "on ~app:* +@read +@write" }), findings: [] },
    {
      title: "refuses all commands",
      resource: user({ accessString: "on ~* +@all" }),
      findings: ["may run the commands of @admin and @dangerous."],
    },
    {
      title: "refuses what is given back afterwards",
      resource: user({ accessString: "on ~* -@admin -@dangerous +@dangerous" }),
      findings: ["may run the commands of @dangerous."],
    },
  ],
};
