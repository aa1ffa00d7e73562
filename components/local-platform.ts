import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { LocalDatabaseInputs } from "../delivery/database/local-database-provider.ts";
import type { EnvironmentReference } from "../delivery/database/reference.ts";
import { type ComponentOptions, SlipwayComponent } from "./component.ts";
import { dynamicProvider, implementationHash, plan } from "./dynamic.ts";
import {
  type CacheEndpoint,
  type PlannedLocalDatabase,
  planCacheEndpoint,
  planLocalDatabase,
} from "./local-platform-plan.ts";

export interface LocalPlatformArgs {
  /** The application's name, which its logins begin with: `teamflow` makes `teamflow_owner` and `teamflow_app`. */
  application: string;
  database: {
    /** The database's name on the server, for example `teamflow_dev`. Another name is another database. */
    name: string;
    /**
     * Whether a destroy leaves the database, its roles and their passwords. It takes effect with the next `up`.
     * @default false
     */
    retainOnDestroy?: boolean;
  };
}

/**
 * What a stack runs on when it runs on this machine: a database with its roles in the PostgreSQL that PGHOST and PGPORT name,
 * and the cache that REDIS_URL names. Whose server that is does not matter; the sandbox offers one.
 *
 * The roles' passwords are made when the provider runs and written to PGPASSFILE alone: the state holds none.
 * The database carries this stack's mark, and one that carries another's, or holds unmarked objects, is never touched.
 */
export class LocalPlatform extends SlipwayComponent<LocalPlatformArgs> {
  /** The database as its owner: for migrations and the flag set. */
  readonly database: pulumi.Output<EnvironmentReference>;
  /** The database as the application. */
  readonly applicationDatabase: pulumi.Output<EnvironmentReference>;
  /** Where the cache listens. */
  readonly cache: CacheEndpoint;

  constructor(name: string, args: LocalPlatformArgs, opts?: ComponentOptions) {
    super("slipway:index:LocalPlatform", name, args, opts);
    const planned = plan(() => planLocalDatabase(args.application, args.database.name));
    this.cache = plan(() => planCacheEndpoint(process.env));
    const database = this.createDatabase(planned);
    const reference = (user: string) =>
      pulumi
        .all([database.database, database.incarnation])
        .apply(
          ([database, incarnation]): EnvironmentReference => ({ kind: "environment", database, user, incarnation }),
        );
    this.database = reference(planned.owner);
    this.applicationDatabase = reference(planned.application);
    this.registerOutputs({ database: this.database, applicationDatabase: this.applicationDatabase, cache: this.cache });
  }

  /** The random id is the stack's proof that a database is its own, also after a state was lost and made anew. */
  private createDatabase(planned: PlannedLocalDatabase): LocalDatabase {
    const instance = new random.RandomId(this.childName("instance"), { byteLength: 8 }, { parent: this });
    return new LocalDatabase(
      this.childName("database"),
      {
        version: 1,
        implementation: implementationHash("delivery", "delivery/database"),
        stack: `${pulumi.getProject()}/${pulumi.getStack()}`,
        instance: instance.hex,
        ...planned,
        retainOnDelete: this.args.database.retainOnDestroy ?? false,
      },
      { parent: this },
    );
  }
}

const provider = dynamicProvider("delivery/database/local-database-provider.ts");

/** A database and its roles on a PostgreSQL server that this process may administer. */
class LocalDatabase extends pulumi.dynamic.Resource {
  declare readonly database: pulumi.Output<string>;
  declare readonly incarnation: pulumi.Output<string>;

  constructor(
    name: string,
    props: pulumi.Inputs & Record<keyof LocalDatabaseInputs, unknown>,
    opts: pulumi.CustomResourceOptions,
  ) {
    super(provider, name, { incarnation: undefined, ...props }, opts, "slipway", "LocalDatabase");
  }
}
