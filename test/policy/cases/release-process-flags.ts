import type { Cases, Given } from "../support/cases.ts";
import { on } from "../support/on.ts";

const webhook = on("github:index/repositoryWebhook:RepositoryWebhook");

const notRecorded = "stands in a database that nothing in the stack migrates, so that no change of a flag is recorded.";

function flagsOf(database: string): Given {
  return { type: "pulumi-nodejs:dynamic/slipway:Flags", props: { database: { kind: "secret", database, host: "db" } } };
}

function migrationsOf(database: string, migration: string): Given {
  return {
    type: "pulumi-nodejs:dynamic/slipway:Migrations",
    name: "migrations",
    props: { database: { kind: "secret", database, host: "db" }, migrations: { [migration]: "0".repeat(16) } },
  };
}

/** Flags, and what tells others of changes. */
export const flagCases: Cases = {
  "flag-audit": [
    {
      title: "accepts flags in a database that the stack migrates",
      resource: flagsOf("teamflow_prod"),
      others: [migrationsOf("teamflow_prod", "0002_feature_flags")],
      findings: [],
    },
    {
      title: "accepts a Job that migrates",
      resource: flagsOf("teamflow_prod"),
      others: [
        {
          type: "kubernetes:batch/v1:Job",
          name: "migration",
          props: {
            spec: { template: { spec: { containers: [{ name: "operator", args: ["operator", "migrate"] }] } } },
          },
        },
      ],
      findings: [],
    },
    {
      title: "refuses flags in a database that nobody migrates",
      resource: flagsOf("teamflow_prod"),
      findings: [notRecorded],
    },
    {
      title: "refuses another database's migrations",
      resource: flagsOf("teamflow_prod"),
      others: [migrationsOf("other", "0002_feature_flags")],
      findings: [notRecorded],
    },
    {
      title: "refuses migrations without the flags",
      resource: flagsOf("teamflow_prod"),
      others: [migrationsOf("teamflow_prod", "0001_application_baseline")],
      findings: [notRecorded],
    },
    {
      title: "refuses a Job that does something else",
      resource: flagsOf("teamflow_prod"),
      others: [
        {
          type: "kubernetes:batch/v1:Job",
          name: "analysis",
          props: {
            spec: { template: { spec: { containers: [{ name: "operator", args: ["operator", "analyse"] }] } } },
          },
        },
      ],
      findings: [notRecorded],
    },
  ],
  "github-webhooks": [
    webhook.accepts("one that is signed", {
      configuration: { url: "https://chat.example/hook", secret: "of the test" },
    }),
    webhook.refuses("one that is not", { configuration: { url: "https://chat.example/hook" } }, [
      "signs nothing that it sends.",
    ]),
    webhook.refuses("one that trusts anybody", { configuration: { url: "http://chat.example", insecureSsl: true } }, [
      "calls without encryption.",
      "checks no certificate of whom it calls.",
      "signs nothing that it sends.",
    ]),
  ],
};
