import type * as pulumi from "@pulumi/pulumi";
import { ApplicationSecrets } from "../components/application-secrets.ts";
import { Cache } from "../components/cache.ts";
import { Database } from "../components/database.ts";
import { physicalName } from "../infra/naming.ts";
import type { Settings } from "../infra/settings.ts";
import type { Foundation } from "./foundation.ts";

/** One environment's data: nothing of it is shared with another's. */
export interface Data {
  readonly cache: Cache;
  readonly database: Database;
  readonly secretKeyArn: pulumi.Output<string>;
}

/** What one environment's data are to be. */
interface DataRequest {
  readonly settings: { readonly cache: NonNullable<Settings["cache"]>; readonly database: Settings["database"] };
  /** Who else lives in the stack beside its main environment: their data bear their name and their tag. */
  readonly beside?: { readonly part: string; readonly environment: Settings["environment"] };
}

/** The database, the cache and the secrets of an environment, in the isolated subnets. */
export function createData(on: Foundation, { beside, settings }: DataRequest): Data {
  const { common, keys, named, network, opts, protect } = on;
  const context = beside ? { ...on.context, environment: beside.environment } : on.context;
  const part = beside && { part: beside.part };
  const own = (name: string) => named(beside ? `${beside.part}-${name}` : name);
  const place = { ...common, context, ...part, vpcId: network.vpcId, subnetIds: network.isolatedSubnetIds };

  const database = new Database(
    own("database"),
    {
      ...place,
      settings: settings.database,
      databaseName:
        settings.database.name ?? physicalName(context, "postgresIdentifier", ...(beside ? [beside.part] : [])),
      keyArn: keys.arn("database"),
      secretKeyArn: keys.arn("secrets"),
    },
    opts,
  );
  const cache = new Cache(own("cache"), { ...place, settings: settings.cache, keyArn: keys.arn("cache") }, opts);
  const secretKey = beside ? `${beside.part}-secret-key` : "secret-key";
  const secrets = new ApplicationSecrets(
    own("secrets"),
    { context, protect, keyArn: keys.arn("secrets"), names: [secretKey] },
    opts,
  );
  return { cache, database, secretKeyArn: secrets.arn(secretKey) };
}
