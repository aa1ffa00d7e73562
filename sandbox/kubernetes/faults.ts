import { z } from "zod";
import { SandboxError } from "../errors.ts";
import type { Kubectl } from "./kubectl.ts";

/** What the nodes do to pods on request; the last one is what happens to all nodes of a zone. */
export const faultKinds = ["ImagePullBackOff", "CrashLoopBackOff", "NotReady", "Pending", "Lost"] as const;

const fault = z.object({
  fault: z.enum(faultKinds),
  /** A part of the image's name. */
  image: z.string().optional(),
  namespace: z.string().optional(),
  /** The name of a Deployment, StatefulSet, DaemonSet or Job. */
  workload: z.string().optional(),
  /** The zone that is lost. */
  zone: z.string().optional(),
});

/** A fault and the pods that it is about: all that match every part that is given. */
export type Fault = z.infer<typeof fault>;

/** Where the nodes look for faults (their `--faults-namespace`). */
const place = ["--namespace=kube-system", "slipway-faults"] as const;
const configMap = z.object({ data: z.record(z.string(), z.string()).optional() });

/** The faults of a cluster, by the names that they were given. */
export async function listFaults(kubectl: Pick<Kubectl, "run">): Promise<ReadonlyMap<string, Fault>> {
  const text = await kubectl.run(["get", "configmap", "--ignore-not-found", "--output=json", ...place]);
  const { data = {} } = text.trim() === "" ? {} : configMap.parse(JSON.parse(text));
  return new Map(Object.entries(data).map(([name, value]) => [name, fault.parse(JSON.parse(value))]));
}

/**
 * Adds a fault, or replaces that of the same name.
 * @throws SandboxError when it is one that the nodes would not understand
 */
export async function setFault(kubectl: Pick<Kubectl, "run">, name: string, wanted: Fault): Promise<void> {
  if ((wanted.fault === "Lost") !== (wanted.zone !== undefined)) {
    throw new SandboxError({
      what: "A zone is given for the fault Lost, and for that only.",
      remedy: "Write for instance: --fault Lost --zone us-west-2a",
    });
  }
  if (!/^[-._a-zA-Z0-9]{1,253}$/.test(name)) {
    throw new SandboxError({
      what: `"${name}" cannot be the name of a fault.`,
      remedy: "Use letters, digits, dots, dashes and underscores.",
    });
  }
  await write(kubectl, new Map([...(await listFaults(kubectl)), [name, wanted]]));
}

/** Takes faults away: those named, or all. @returns the names of those that there were */
export async function clearFaults(kubectl: Pick<Kubectl, "run">, names: readonly string[]): Promise<string[]> {
  const present = await listFaults(kubectl);
  const gone = [...present.keys()].filter((name) => names.length === 0 || names.includes(name));
  if (gone.length > 0) await write(kubectl, new Map([...present].filter(([name]) => !gone.includes(name))));
  return gone;
}

async function write(kubectl: Pick<Kubectl, "run">, faults: ReadonlyMap<string, Fault>): Promise<void> {
  const data = Object.fromEntries([...faults].map(([name, value]) => [name, JSON.stringify(value)]));
  const metadata = { name: "slipway-faults", namespace: "kube-system" };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
  const args = ["apply", "--server-side", "--force-conflicts", "--field-manager=slipway-faults", "--filename=-"];
  await kubectl.run(args, JSON.stringify(object));
}
