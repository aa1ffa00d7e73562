import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../components/container-task-roles.ts";
import { type Environment, rulesOf } from "../infra/environment.ts";
import type { AwsSettings } from "../infra/settings/on-aws.ts";
import type { Data } from "./data.ts";
import { apiUrl } from "./delivery.ts";

/** One environment of a stack, with its own data. */
export interface Tenant extends Pick<Data, "cache" | "database"> {
  readonly environment: Environment;
  readonly hosts: AwsSettings["edge"]["hosts"];
  readonly region: string;
  /** The key of the master user's secret. */
  readonly secretsKeyArn: pulumi.Output<string>;
  readonly stack: string;
}

/** What a program is given: variables, and what it may do in AWS. */
export interface Given {
  readonly environment: Record<string, pulumi.Input<string>>;
  readonly statements: readonly Statement[];
}

/** Where the backend finds its data. It logs in to both with IAM tokens: there is no password to leak or to rotate. */
export function backendVariables({ cache, database, environment, hosts, region }: Tenant): Given {
  return {
    environment: {
      ENVIRONMENT: environment,
      LOG_LEVEL: rulesOf(environment).logLevel,
      CORS_ORIGINS: `https://${hosts.frontend}`,
      AWS_REGION: region,
      DATABASE_HOST: database.host,
      DATABASE_PORT: database.port.apply(String),
      DATABASE_NAME: database.reference.database,
      DATABASE_USER: database.applicationUser,
      DATABASE_AUTHENTICATION: "iam",
      DATABASE_SSLMODE: "verify-full",
      REDIS_HOST: cache.host,
      REDIS_PORT: cache.port.apply(String),
      REDIS_USER: cache.userName,
      REDIS_AUTHENTICATION: "iam",
      REDIS_TLS: "true",
    },
    statements: [
      { Effect: "Allow", Action: "rds-db:connect", Resource: database.applicationUserArn },
      { Effect: "Allow", Action: "elasticache:Connect", Resource: [cache.arn, cache.userArn] },
    ],
  };
}

/** What the frontend tells browsers: where the API is. */
export function frontendVariables({ environment, hosts }: Tenant): Given {
  return {
    environment: {
      VITE_API_URL: apiUrl(hosts),
      VITE_ENVIRONMENT: environment,
    },
    statements: [],
  };
}

/** What an operator's command needs to act as the owner of the database: the secret's name, not the secret. */
export function operatorVariables({ database, environment, region, secretsKeyArn, stack }: Tenant): Given {
  return {
    environment: {
      SLIPWAY_STACK: stack,
      SLIPWAY_ENVIRONMENT: environment,
      AWS_REGION: region,
      DATABASE_SECRET_ARN: database.masterSecretArn,
      DATABASE_HOST: database.host,
      DATABASE_PORT: database.port.apply(String),
      DATABASE_NAME: database.reference.database,
      DATABASE_APPLICATION: database.applicationUser,
    },
    statements: [
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: database.masterSecretArn },
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: secretsKeyArn,
        Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
      },
    ],
  };
}
