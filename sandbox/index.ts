/** The sandbox's interface: what the command line, the tests and the benches use. */
export { SandboxError } from "./errors.ts";
export { resetSandbox, type StartOptions, startSandbox, stopSandbox } from "./lifecycle.ts";
export { type PartEvent, type PartName, type PartStatus, partNames } from "./parts.ts";
export { endpointEnvironment, sandboxLogs, sandboxStatus } from "./status.ts";
