import { Checkout, expectCode, type Outcome } from "./checkout.ts";

/** What every SDK client is made with. */
interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * A stack in the sandbox of a checkout, brought up once; blocks look at it. Everything but `bringUp` and `dispose` is known when
 * the blocks' tests run.
 */
export class StackContext<Outputs> {
  readonly stack: string;
  /** What the first `up` runs with. */
  readonly firstUp: readonly string[];
  private known:
    | {
        readonly checkout: Checkout;
        readonly up: Outcome;
        readonly environment: Readonly<Record<string, string>>;
        readonly outputs: Outputs;
      }
    | undefined;

  constructor(stack: string, firstUp: readonly string[]) {
    this.stack = stack;
    this.firstUp = firstUp;
  }

  async bringUp(): Promise<void> {
    const checkout = Checkout.create();
    this.prepare(checkout);
    const up = await checkout.run(this.firstUp);
    const environment = await checkout.endpoints(this.stack);
    this.known = { checkout, up, environment, outputs: {} as Outputs };
    expectCode(up, 0);
    this.known = { ...this.known, outputs: await this.readOutputs() };
  }

  /** Changes the checkout before its first `up`. */
  protected prepare(_checkout: Checkout): void {}

  async dispose(): Promise<void> {
    await this.known?.checkout.dispose();
  }

  private get all() {
    if (!this.known) throw new Error(`${this.stack} was not brought up`);
    return this.known;
  }

  get checkout(): Checkout {
    return this.all.checkout;
  }

  /** How the first `up` ended, and all that it printed. */
  get up(): Outcome {
    return this.all.up;
  }

  /** The variables of `./slipway env <stack>`. */
  get environment(): Readonly<Record<string, string>> {
    return this.all.environment;
  }

  get outputs(): Outputs {
    return this.all.outputs;
  }

  /** Reads the outputs anew, after a change. */
  async readOutputs(): Promise<Outputs> {
    const line = `eval "$(./slipway env ${this.stack})" && pulumi stack output --json --stack ${this.stack}`;
    const { stdout } = expectCode(await this.checkout.shell(line), 0);
    return JSON.parse(stdout) as Outputs;
  }

  /** A client of one of AWS's services: `context.client(EC2Client)`. */
  client<Client>(service: new (config: ClientConfig) => Client, region = "us-west-2"): Client {
    const { AWS_ACCESS_KEY_ID = "", AWS_ENDPOINT_URL = "", AWS_SECRET_ACCESS_KEY = "" } = this.environment;
    return new service({
      endpoint: AWS_ENDPOINT_URL,
      region,
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
