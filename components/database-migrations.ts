import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { MigrationsInputs } from "../delivery/database/migrations-provider.ts";
import type { DatabaseReference } from "../delivery/database/reference.ts";
import { type ComponentOptions, SlipwayComponent } from "./component.ts";
import { planMigrations } from "./database-migrations-plan.ts";
import { dynamicProvider, implementationHash, plan } from "./dynamic.ts";

export interface DatabaseMigrationsArgs {
  /** The database, as the role that owns its schema. */
  database: pulumi.Input<DatabaseReference>;
}

/**
 * The schema: every migration of `migrations/` applied to a database. A new migration is one more line in the preview; an applied
 * file that was changed stops the preview; a refresh reads what the database has.
 *
 * Deleting this resource changes nothing in the database: see `delete` in `delivery/database/migrations-provider.ts`.
 */
export class DatabaseMigrations extends SlipwayComponent<DatabaseMigrationsArgs> {
  /** The database, known only once its schema is up to date: what needs tables depends on this. */
  readonly database: pulumi.Output<DatabaseReference>;
  /** The names of the applied migrations, in order. */
  readonly applied: pulumi.Output<string[]>;

  constructor(name: string, args: DatabaseMigrationsArgs, opts?: ComponentOptions) {
    super("slipway:index:DatabaseMigrations", name, args, opts);
    const migrations = new Migrations(
      this.childName("migrations"),
      {
        version: 1,
        implementation: implementationHash("delivery", "delivery/database"),
        database: args.database,
        migrations: plan(() => planMigrations(path.resolve(import.meta.dirname, "..", "migrations"))),
      },
      { parent: this },
    );
    this.applied = migrations.applied;
    // By the id, which a preview of an update knows: what is applied then is not known yet, and would make the database unknown too.
    this.database = pulumi.all([args.database, migrations.id]).apply(([database]) => database);
    this.registerOutputs({ applied: this.applied });
  }
}

const provider = dynamicProvider("delivery/database/migrations-provider.ts");

class Migrations extends pulumi.dynamic.Resource {
  declare readonly applied: pulumi.Output<string[]>;

  constructor(
    name: string,
    props: pulumi.Inputs & Record<keyof MigrationsInputs, unknown>,
    opts: pulumi.CustomResourceOptions,
  ) {
    super(provider, name, { applied: undefined, ...props }, opts, "slipway", "Migrations");
  }
}
