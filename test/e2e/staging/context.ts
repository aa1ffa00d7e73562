import { Checkout, expectCode, type Outcome } from "../support/checkout.ts";

/** What every SDK client is made with. */
interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The stack's outputs, as far as blocks use them. */
export interface StagingOutputs {
  readonly application: Readonly<Record<"backend" | "frontend", { readonly url: string; readonly service: string }>>;
  readonly cache: { readonly host: string; readonly port: number; readonly user: string };
  readonly database: {
    readonly host: string;
    readonly port: number;
    readonly identifier: string;
    readonly name: string;
    /** The secret with the master user's password. */
    readonly owner: string;
    readonly application: string;
    readonly migrations: readonly string[];
  };
  readonly edge: { readonly zone: string; readonly nameServers: readonly string[]; readonly loadBalancer: string };
  readonly environment: Readonly<Record<string, unknown>>;
  readonly flags: { readonly declared: Readonly<Record<string, string>>; readonly operated: readonly string[] };
  readonly github: readonly { readonly name: string }[];
  readonly identity: { readonly deployRole: string; readonly previewRole: string };
  readonly network: { readonly cidr: string; readonly vpc: string };
  readonly registry: Readonly<Record<"backend" | "frontend" | "operator", string>>;
  readonly tasks: { readonly subnetIds: readonly string[]; readonly securityGroupIds: readonly string[] };
}

/**
 * Staging in the sandbox of a checkout, brought up once; blocks look at it. Everything but `bringUp` and `dispose` is known when
 * the blocks' tests run.
 */
export class StagingContext {
  private known:
    | {
        readonly checkout: Checkout;
        readonly up: Outcome;
        readonly environment: Readonly<Record<string, string>>;
        readonly outputs: StagingOutputs;
      }
    | undefined;

  /** What the first `up` runs with, and prints. */
  static readonly firstUp = ["up", "staging", "--yes", "--logtostderr", "-v=3"];

  async bringUp(): Promise<void> {
    const checkout = Checkout.create();
    const up = await checkout.run(StagingContext.firstUp);
    const environment = await checkout.endpoints("staging");
    this.known = { checkout, up, environment, outputs: {} as StagingOutputs };
    expectCode(up, 0);
    this.known = { ...this.known, outputs: await this.readOutputs() };
  }

  async dispose(): Promise<void> {
    await this.known?.checkout.dispose();
  }

  private get all() {
    if (!this.known) throw new Error("staging was not brought up");
    return this.known;
  }

  get checkout(): Checkout {
    return this.all.checkout;
  }

  /** How the first `up` ended, and all that it printed. */
  get up(): Outcome {
    return this.all.up;
  }

  /** The variables of `./slipway env staging`. */
  get environment(): Readonly<Record<string, string>> {
    return this.all.environment;
  }

  get outputs(): StagingOutputs {
    return this.all.outputs;
  }

  /** Reads the outputs anew, after a change. */
  async readOutputs(): Promise<StagingOutputs> {
    const line = 'eval "$(./slipway env staging)" && pulumi stack output --json --stack staging';
    const { stdout } = expectCode(await this.checkout.shell(line), 0);
    return JSON.parse(stdout) as StagingOutputs;
  }

  /** A client of one of AWS's services: `context.client(EC2Client)`. */
  client<Client>(service: new (config: ClientConfig) => Client): Client {
    const { AWS_ACCESS_KEY_ID = "", AWS_ENDPOINT_URL = "", AWS_SECRET_ACCESS_KEY = "" } = this.environment;
    return new service({
      endpoint: AWS_ENDPOINT_URL,
      region: "us-west-2",
      credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
    });
  }

  get account(): string {
    return this.environment.AWS_ACCESS_KEY_ID ?? "";
  }
}

/** What must be there: fails with its name when it is not. */
export function must<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Error(`there is no ${what}`);
  return value;
}

/** `teamflow-staging-backend` to `backend`; the stack's own name to `teamflow-staging`. */
export const shortName = (name: string | undefined): string => (name ?? "").replace(/^teamflow-staging-/, "");
