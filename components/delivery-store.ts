import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { storeDatabase } from "../delivery/release/store/make.ts";
import type { StoreInputs } from "../delivery/release/store/store-provider.ts";
import type { Settings } from "../infra/settings.ts";
import { AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { Database, type DatabaseArgs } from "./database.ts";
import { planMigrations } from "./database-migrations-plan.ts";
import { postgresPort } from "./database-plan.ts";
import { planStoreServer, storeMembers } from "./delivery-store-plan.ts";
import { dynamicProvider, implementationHash, plan } from "./dynamic.ts";
import type { Peer } from "./security-group.ts";

export interface DeliveryStoreArgs extends Omit<DatabaseArgs, "databaseName" | "part" | "settings" | "settingsGroup"> {
  readonly settings: NonNullable<Settings["releases"]>;
  /** The application's database, whose version and windows this one shares. */
  readonly like: Settings["database"];
  /** Who reaches it: whoever runs the commands and `up`, and no pod. @default nobody */
  readonly clients: readonly Peer[];
}

/**
 * The release database: what was promoted, approved, deployed and audited, of all environments. A server of its own, so that nobody
 * who reaches the application's data reaches the evidence; its schema and its logins by whoever runs `up`.
 *
 * Deleting the schema's resource changes nothing in the database: see `delivery/release/store/store-provider.ts`.
 */
export class DeliveryStore extends AwsComponent<DeliveryStoreArgs> {
  readonly database: Database;
  /** Where `./slipway release` finds it, known once its schema is up to date. */
  readonly place: pulumi.Output<{ host: string; port: number; name: string; owner: string }>;

  constructor(name: string, args: DeliveryStoreArgs, opts?: ComponentOptions) {
    super("slipway:index:DeliveryStore", name, args, opts);
    this.database = this.createDatabase();
    for (const client of args.clients) this.database.securityGroup.allowFrom(client, postgresPort);
    const schema = this.createSchema();
    this.place = pulumi
      .all([this.database.host, this.database.port, this.database.masterSecretArn, schema.id])
      .apply(([host, port, owner]) => ({ host, port, name: storeDatabase, owner }));
    this.registerOutputs({ place: this.place });
  }

  private createDatabase(): Database {
    const { clients: _, like, settings, ...args } = this.args;
    return new Database(
      this.childName("database"),
      {
        ...args,
        part: "releases",
        databaseName: storeDatabase,
        settings: planStoreServer(settings, like),
        settingsGroup: "releases",
      },
      { parent: this },
    );
  }

  /** Once the way to the server is open: whoever runs `up` is one of the clients. */
  private createSchema(): ReleaseStore {
    return new ReleaseStore(
      this.childName("schema"),
      {
        version: 1,
        implementation: implementationHash("delivery", "delivery/database", "delivery/release/store"),
        // Without the application's login, which has no business here and would be made as well.
        database: this.database.reference.apply(({ application: _, ...owner }) => owner),
        migrations: plan(() => planMigrations(migrations)),
        members: storeMembers(this.args.context.application),
      },
      { parent: this, dependsOn: [this.database.securityGroup] },
    );
  }
}

const migrations = path.resolve(import.meta.dirname, "..", "delivery", "release", "store", "migrations");
const provider = dynamicProvider("delivery/release/store/store-provider.ts");

class ReleaseStore extends pulumi.dynamic.Resource {
  constructor(
    name: string,
    props: pulumi.Inputs & Record<keyof StoreInputs, unknown>,
    opts: pulumi.CustomResourceOptions,
  ) {
    super(provider, name, { applied: undefined, ...props }, opts, "slipway", "ReleaseStore");
  }
}
