/** The sandbox's interface: what the command line, the tests and the benches use. */
export { SandboxError } from "./errors.ts";
export { resetSandbox, startSandbox, stopSandbox } from "./lifecycle.ts";
export { type PartEvent, type PartName, partNames, partsForPlatform } from "./parts.ts";
export { endpointEnvironment, sandboxLogs, sandboxStatus } from "./status.ts";
