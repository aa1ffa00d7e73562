import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type ApiConstructor, type ApiType, KubeConfig } from "@kubernetes/client-node";
import { parseDocument } from "yaml";
import type { Checkout } from "../support/checkout.ts";
import { must, StackContext } from "../support/stack-context.ts";

/** What an environment of the cluster tells its users. */
interface EnvironmentOutputs {
  readonly application: {
    readonly backend: { readonly url: string };
    readonly frontend: { readonly url: string };
    readonly loadBalancer: string;
    readonly namespace: string;
  };
  readonly cache: { readonly host: string; readonly port: number; readonly user: string };
  readonly database: {
    readonly host: string;
    readonly port: number;
    readonly identifier: string;
    readonly name: string;
    /** The secret with the master user's password. */
    readonly owner: string;
    readonly application: string;
  };
  readonly flags: { readonly declared: Readonly<Record<string, string>> };
}

/** The stack's outputs, as far as blocks use them. */
export interface ProdOutputs extends EnvironmentOutputs {
  readonly preProduction: EnvironmentOutputs;
  readonly cluster: { readonly name: string; readonly kubeconfig: string };
  readonly edge: { readonly zone: string; readonly nameServers: readonly string[] };
  readonly environment: Readonly<Record<string, unknown>>;
  readonly identity: { readonly deployRole: string; readonly previewRole: string };
  readonly network: { readonly cidr: string; readonly vpc: string };
  /** The release database. */
  readonly releases: { readonly host: string; readonly name: string; readonly owner: string };
  readonly registry: Readonly<Record<"backend" | "frontend" | "operator", string>>;
}

/** What every change of production has to say. */
export const confirmed = ["--yes", "--confirm", "production"] as const;

/** Production, brought up once. */
export class ProdContext extends StackContext<ProdOutputs> {
  /** The stack's file, as it was before the first `up`. */
  settings = "";

  constructor() {
    super("prod", ["up", "prod", ...confirmed]);
  }

  /** With the release database, which is off by default. */
  protected override prepare(checkout: Checkout): void {
    checkout.edit("Pulumi.prod.yaml", (text) => {
      const document = parseDocument(text);
      document.setIn(["config", "slipway:releases"], {});
      return document.toString();
    });
    this.settings = checkout.read("Pulumi.prod.yaml");
  }

  /** A client of one of the cluster's interfaces, as whom `./slipway env prod` signs in: `context.kubernetes(AppsV1Api)`. */
  kubernetes<Api extends ApiType>(api: ApiConstructor<Api>): Api {
    return this.kubeConfig().makeApiClient(api);
  }

  /** The stack's own kubeconfig; the program that it calls is found, and finds its way, as in the stack's shell. */
  kubeConfig(identity: Readonly<Record<string, string>> = {}): KubeConfig {
    const config = JSON.parse(this.outputs.cluster.kubeconfig) as {
      users: { user: { exec: { command: string; env: unknown } } }[];
    };
    const { exec } = must(config.users[0], "user in the kubeconfig").user;
    const folders = must(this.environment.PATH, "PATH").split(delimiter);
    exec.command = must(
      folders.map((folder) => join(folder, exec.command)).find((file) => existsSync(file)),
      exec.command,
    );
    exec.env = Object.entries({ ...this.environment, ...identity }).map(([name, value]) => ({ name, value }));
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromString(JSON.stringify(config));
    return kubeConfig;
  }
}
