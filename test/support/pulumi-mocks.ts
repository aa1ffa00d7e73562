import * as pulumi from "@pulumi/pulumi";

/** One resource as the program asked for it. */
interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly provider: string;
  /** Whether the engine would refuse to delete it. */
  readonly protect: boolean;
}

/** One look-up (data source) as the program asked for it. */
interface RecordedCall {
  readonly token: string;
  readonly inputs: Record<string, unknown>;
}

/** What a mocked run saw; filled when the promise of {@link runMocked} resolves. */
export interface MockedRun<T> {
  readonly result: T;
  readonly resources: readonly RecordedResource[];
  readonly calls: readonly RecordedCall[];
  /** The only resource of that type (and name, when given). @throws when there is none or more than one. */
  one(type: string, name?: string): RecordedResource;
}

export interface MockOptions {
  readonly stack?: string;
  readonly preview?: boolean;
  /** Answers a look-up; an undefined answer is an empty object. May throw, as a provider's look-up fails. */
  readonly answer?: (call: RecordedCall) => Record<string, unknown> | undefined;
  /** Outputs that a resource has beside its inputs. */
  readonly outputs?: (resource: RecordedResource) => Record<string, unknown> | undefined | void;
}

/**
 * Runs a piece of program against mocks and waits for everything it started: outputs in the result are resolved and every
 * registration has been recorded before the promise resolves, so a test asserts on plain data and never inside `apply`.
 */
export async function runMocked<T>(program: () => T | Promise<T>, options: MockOptions = {}): Promise<MockedRun<T>> {
  const resources: RecordedResource[] = [];
  const calls: RecordedCall[] = [];
  const requested = { protect: false };
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        const { inputs, name, type } = args;
        const resource = { type, name, inputs, provider: args.provider ?? "", protect: requested.protect };
        resources.push(resource);
        // A stack that was never brought up has no outputs to refer to.
        const referred = type === "pulumi:pulumi:StackReference" ? { outputs: {} } : {};
        return { id: `${args.name}-id`, state: { ...args.inputs, ...referred, ...options.outputs?.(resource) } };
      },
      call: (args) => {
        const call = { token: args.token, inputs: args.inputs };
        calls.push(call);
        try {
          return options.answer?.(call) ?? {};
        } catch (error) {
          // The engine's errors carry their text in `details`, and the SDK reads it there.
          throw Object.assign(new Error("refused"), {
            details: error instanceof Error ? error.message : String(error),
          });
        }
      },
    },
    "slipway",
    options.stack ?? "dev",
    options.preview ?? false,
    "organization",
  );
  watchProtection(requested);
  const result = await program();
  const settled = await resolveOutputs(result);
  await pulumi.runtime.disconnect();
  return {
    result: settled,
    resources,
    calls,
    one: (type, name) => {
      const found = resources.filter((r) => r.type === type && (name === undefined || r.name === name));
      const [only] = found;
      if (!only || found.length !== 1) {
        const seen = resources.map((r) => `${r.type} ${r.name}`).join("\n  ");
        throw new Error(`expected one ${type} ${name ?? ""}, found ${found.length} among:\n  ${seen}`);
      }
      return only;
    },
  };
}

interface Monitor {
  registerResource(request: { getProtect(): boolean }, callback: unknown): Promise<void>;
}

/** The SDK hands the mocks a resource without its options. Its monitor sees them, and calls the mocks in the same turn. */
function watchProtection(requested: { protect: boolean }): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    requested.protect = request.getProtect();
    return register(request, callback);
  };
}

async function resolveOutputs<T>(value: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const output = pulumi.output(value) as unknown as { promise(withUnknowns?: boolean): Promise<T> };
    output.promise().then(resolve, reject);
  });
}
