import type * as pulumi from "@pulumi/pulumi";
import { DatabaseMigrations } from "../components/database-migrations.ts";
import { FlagSet } from "../components/flag-set.ts";
import { LocalPlatform } from "../components/local-platform.ts";
import { rulesOf } from "../infra/environment.ts";
import { physicalName } from "../infra/naming.ts";
import type { Settings } from "../infra/settings.ts";
import { createGitHubSide } from "./github.ts";

/** Development: database and cache on this machine, the flags, and the environment `development` in GitHub. */
export async function dev(stack: string, settings: Settings): Promise<pulumi.Inputs> {
  const { application, database, environment, flags, github, services } = settings;
  const rules = rulesOf(environment);
  const backendUrl = `http://localhost:${services.backend.port}`;

  // First, because it stops the program when an approving team is missing: nothing has been built then.
  const hub = await createGitHubSide({
    stack,
    github,
    variables: () => ({ SLIPWAY_ENVIRONMENT: environment, LOG_LEVEL: rules.logLevel, VITE_API_URL: backendUrl }),
    ownsRepository: false,
  });

  const platform = new LocalPlatform("dev", {
    application,
    database: {
      name: database.name ?? physicalName({ application, stack, environment }, "postgresIdentifier"),
      retainOnDestroy: database.retainOnDestroy,
    },
  });
  const schema = new DatabaseMigrations("dev-schema", { database: platform.database });
  const flagSet = new FlagSet("dev-flags", {
    database: schema.database,
    environment,
    overrides: flags,
    retainOnDestroy: database.retainOnDestroy,
  });

  return {
    application: {
      backend: { url: backendUrl, health: `${backendUrl}${services.backend.healthPath}` },
      frontend: { url: `http://localhost:${services.frontend.port}` },
    },
    database: {
      // As libpq reads them, with its defaults.
      host: process.env.PGHOST ?? "localhost",
      port: Number(process.env.PGPORT ?? 5432),
      name: platform.database.database,
      owner: platform.database.user,
      application: platform.applicationDatabase.user,
      migrations: schema.applied,
    },
    cache: platform.cache,
    flags: { declared: flagSet.flags, operated: flagSet.operated },
    ...(hub && { github: hub.delivery.environments }),
    environment: { name: environment, ...rules },
  };
}
