/**
 * The local AWS as a process: `node sandbox/aws/main.ts --port N --emulator-port N --root DIR --python FILE`. It is the
 * gateway, keeps MiniStack running behind it, and runs what databases, caches, tasks and clusters of it consist of.
 * Ends on SIGTERM and SIGINT, with all that it started.
 */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../delivery/errors.ts";
import { awsDirectory } from "../kubernetes/access-entries.ts";
import { authenticator, authenticatorUrl } from "../kubernetes/authenticator.ts";
import { Clusters } from "../kubernetes/clusters.ts";
import { layoutOf } from "../layout.ts";
import { newSecret } from "../secrets.ts";
import { serverAddresses } from "./data-plane/addresses.ts";
import { Caches } from "./data-plane/caches.ts";
import { Databases } from "./data-plane/databases.ts";
import { dataPlane } from "./data-plane/orders.ts";
import { Emulator } from "./emulator.ts";
import { awsFiles, podEnvironment } from "./environment.ts";
import { startGateway } from "./gateway.ts";
import { operatorImage } from "./operator-image.ts";
import { readOptions } from "./options.ts";

const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const layout = layoutOf(options.root);
  const { certificates } = awsFiles(layout);
  const makeCertificates = async (folder: string, addresses: readonly string[] = []): Promise<void> => {
    const maker = path.join(import.meta.dirname, "emulator", "certificates.py");
    await promisify(execFile)(options.python, ["-B", maker, folder, ...addresses]);
  };
  await makeCertificates(certificates, serverAddresses(layout.id));
  const databases = new Databases(layout, certificates, log);
  const caches = new Caches(layout, certificates, options.cacheBinary, log);
  const [token, secret] = [newSecret(), newSecret()];
  const endpoint = `http://127.0.0.1:${options.port}`;
  const clusters = new Clusters({
    layout,
    binary: options.kubernetesBinary,
    endpoint,
    images: operatorImage(layout.root),
    environment: (account, region) => podEnvironment(endpoint, layout, account, region),
    makeCertificates,
    authenticator: (id) => authenticatorUrl(endpoint, secret, id),
    // A client of Kubernetes is loaded only where there is a cluster.
    startLoadBalancers: async (wanted) => (await import("../kubernetes/load-balancers.ts")).startLoadBalancers(wanted),
    log,
  });
  const authenticate = authenticator({
    secret,
    endpoint,
    directory: awsDirectory(endpoint),
    find: (id) => clusters.find(id),
    log,
  });
  const obey = dataPlane(token, { databases, caches, clusters });
  const emulator = new Emulator({ ...options, layout, token, log });
  const gateway = await startGateway(
    options.port,
    emulator,
    (request, response) => authenticate(request, response) || obey(request, response),
    () => clusters.settled(),
  );
  log(`listening on 127.0.0.1:${options.port}`);
  emulator.start();
  clusters.restore();
  const stop = async (why: string): Promise<void> => {
    log(`stopping: ${why}`);
    // What runs in clusters asks AWS to its end.
    await clusters.stop();
    gateway.close();
    await Promise.all([emulator.stop(), databases.stop(), caches.stop()]);
    process.exit(0);
  };
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => void stop(name).catch(fail));
}

function fail(error: unknown): void {
  console.error(error instanceof UserError ? error.message : error);
  process.exit(1);
}

main().catch(fail);
