import type * as pulumi from "@pulumi/pulumi";
import { DatabaseMigrations } from "../components/database-migrations.ts";
import { FlagSet } from "../components/flag-set.ts";
import { GitHubDelivery } from "../components/github-delivery.ts";
import { reviewingTeams } from "../components/github-delivery-plan.ts";
import { findGitHub } from "../components/github-facts.ts";
import { GitHubProvider } from "../components/github-provider.ts";
import { LocalPlatform } from "../components/local-platform.ts";
import { rulesOf } from "../infra/environment.ts";
import { physicalName } from "../infra/naming.ts";
import type { Settings } from "../infra/settings.ts";

/** Development: database and cache on this machine, the flags, and the `dev` environment in GitHub. */
export async function dev(stack: string, settings: Settings): Promise<pulumi.Inputs> {
  const { application, database, environment, flags, github, services } = settings;
  const rules = rulesOf(environment);
  const backendUrl = `http://localhost:${services.backend.port}`;

  // First, because it stops the program when a reviewing team is missing: nothing has been built then.
  const connection = new GitHubProvider("dev-github-provider", github.owner);
  const facts = await findGitHub(connection, { ...github, teams: reviewingTeams(github.environments) });
  const delivery = new GitHubDelivery(
    "dev-github",
    {
      ...github,
      facts,
      variables: {
        SLIPWAY_STACK: stack,
        SLIPWAY_ENVIRONMENT: environment,
        LOG_LEVEL: rules.logLevel,
        VITE_API_URL: backendUrl,
      },
    },
    { providers: [connection] },
  );

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
    github: delivery.environments,
    environment: { name: environment, ...rules },
  };
}
