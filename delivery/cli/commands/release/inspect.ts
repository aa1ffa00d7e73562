import path from "node:path";
import { z } from "zod";
import type { Settings } from "../../../../infra/settings.ts";
import { readSettings } from "../../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { signerOf } from "../../../aws/eks-token.ts";
import { readMigrations } from "../../../database/migrations.ts";
import { status } from "../../../database/migrator.ts";
import type { Inspection } from "../../../release/service/verify.ts";
import { clusterConfig } from "../../../tasks/kubernetes-job-connection.ts";
import { answerFinding } from "../../../verification/answers.ts";
import { workloadFindings } from "../../../verification/cluster.ts";
import { serviceFindings } from "../../../verification/containers.ts";
import { type Finding, finding } from "../../../verification/finding.ts";
import { makeReady } from "../../ready.ts";
import { stackDatabase } from "../../stack-database.ts";
import { connectionOptions, readOutputs } from "../../task-run.ts";
import { releasedImages, settingsName } from "./images.ts";

const url = z.object({ url: z.string() });
const onContainers = z.object({
  application: z.object({
    backend: url.extend({ service: z.string() }),
    frontend: url.extend({ service: z.string() }),
  }),
  tasks: z.object({ cluster: z.string() }),
});
const onCluster = z.object({ application: z.object({ backend: url, frontend: url, namespace: z.string() }) });
const cluster = z.object({ cluster: z.object({ name: z.string() }) });

/** Looks at what runs in an environment, by AWS's, Kubernetes' and the database's own word. */
export async function inspect(
  { bundle, environment, stack, standing }: Inspection,
  sandbox: boolean,
): Promise<Finding[]> {
  const settings = readSettings(checkoutRoot, stack);
  const named = settingsName(environment, settings.environment);
  const { env } = await makeReady({
    root: checkoutRoot,
    sandbox,
    platform: settings.platform,
    account: settings.aws?.accountId,
    quiet: true,
  });
  const services = releasedImages({ deployables: standing }, environment, settings.environment).filter(
    ({ image }) => image !== "operator",
  );
  const beside = named !== settings.environment;
  const running = await runningFindings({ beside, env, sandbox, services, settings, stack });
  return [...running, await schemaFinding(stack, named, bundle.migration, sandbox)];
}

interface Running {
  readonly stack: string;
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly sandbox: boolean;
  /** Whether the stack's second environment is meant. */
  readonly beside: boolean;
  readonly services: readonly { readonly image: string; readonly digest: string }[];
}

async function runningFindings(on: Running): Promise<Finding[]> {
  const { env, sandbox, services, settings, stack } = on;
  const region = settings.aws?.region ?? "";
  if (settings.platform === "ecs") {
    const { application, tasks } = await readOutputs(checkoutRoot, stack, env, onContainers);
    const { ECSClient } = await import("@aws-sdk/client-ecs");
    const client = new ECSClient(connectionOptions(env, region, sandbox));
    const expected = services.map(({ digest, image }) => ({
      service: application[image === "backend" ? "backend" : "frontend"].service,
      digest,
    }));
    return [...(await serviceFindings(client, tasks.cluster, expected)), ...(await answers(on, application, services))];
  }
  if (settings.platform === "eks") {
    const outputs = await readOutputs(checkoutRoot, stack, env, cluster);
    const { application } = on.beside
      ? (await readOutputs(checkoutRoot, stack, env, z.object({ preProduction: onCluster }))).preProduction
      : await readOutputs(checkoutRoot, stack, env, onCluster);
    const connection = connectionOptions(env, region, sandbox);
    const config = await clusterConfig({ cluster: outputs.cluster.name, region }, connection, async () =>
      connection.credentials ? connection : signerOf(region),
    );
    const { AppsV1Api } = await import("@kubernetes/client-node");
    const expected = services.map(({ digest, image }) => ({ app: image, digest }));
    return [
      ...(await workloadFindings(config.makeApiClient(AppsV1Api), application.namespace, expected)),
      ...(await answers(on, application, services)),
    ];
  }
  // On this machine the services are the developer's own processes; nothing of them is released.
  return [];
}

/** Hosts of the sandbox are nobody's: there the platform's own word has to do. */
async function answers(
  { sandbox, settings }: Running,
  application: Readonly<Record<"backend" | "frontend", { readonly url: string }>>,
  services: Running["services"],
): Promise<Finding[]> {
  if (sandbox) return [];
  const names = (["backend", "frontend"] as const).filter((name) => services.some(({ image }) => image === name));
  return Promise.all(
    names.map((name) => answerFinding(name, new URL(settings.services[name].healthPath, application[name].url).href)),
  );
}

/** Whether the database has the migrations that the bundle's code brings. */
function schemaFinding(
  stack: string,
  environment: Settings["environment"],
  migration: string | undefined,
  sandbox: boolean,
): Promise<Finding> {
  return finding("the database has the bundle's schema", async () => {
    const migrations = readMigrations(path.join(checkoutRoot, "migrations"));
    const { database } = await stackDatabase("release verify", stack, { sandbox, environment, json: true });
    const { applied, changed, pending } = await status(database, migrations);
    const last = applied.at(-1)?.name ?? "none";
    const there = migration === undefined || applied.some(({ name }) => name === migration);
    return {
      good: there && changed.length === 0,
      seen: there
        ? `newest ${last}${pending.length > 0 ? `, ${pending.length} pending` : ""}`
        : `${migration} is missing, the newest is ${last}`,
    };
  });
}
