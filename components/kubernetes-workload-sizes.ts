/* Kubernetes' quantities of CPU and memory, as far as settings use them, and sums of them. Pure. */

/** What one container asks for and may use at most, in Kubernetes' words. */
export interface PodSize {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

type Amounts = { readonly cpu: string; readonly memory: string };

/** A sum that can be added to: thousandths of a core and MiB. */
export interface Demand {
  readonly pods: number;
  readonly requests: { readonly cpu: number; readonly memory: number };
  readonly limits: { readonly cpu: number; readonly memory: number };
}

/** @returns thousandths of a core */
export function cpuOf(quantity: string): number {
  return quantity.endsWith("m") ? Number(quantity.slice(0, -1)) : Math.round(Number(quantity) * 1000);
}

/** @returns MiB */
export function memoryOf(quantity: string): number {
  const amount = Number(quantity.slice(0, -2));
  return quantity.endsWith("Gi") ? amount * 1024 : amount;
}

/** As the API server writes it down, so that what is read back never looks like a change: 500m, 2. */
export const cpuQuantity = (milli: number): string => (milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`);

/** As the API server writes it down: 512Mi, 2Gi, 1Ti. */
export function memoryQuantity(mebi: number): string {
  if (mebi % 1024 !== 0 || mebi === 0) return `${mebi}Mi`;
  return mebi % 1024 ** 2 === 0 ? `${mebi / 1024 ** 2}Ti` : `${mebi / 1024}Gi`;
}

/** A size in the API server's own way of writing. */
export function canonical({ limits, requests }: PodSize): PodSize {
  const each = ({ cpu, memory }: Amounts) => ({
    cpu: cpuQuantity(cpuOf(cpu)),
    memory: memoryQuantity(memoryOf(memory)),
  });
  return { requests: each(requests), limits: each(limits) };
}

/** What so many pods of one container take together. */
export function demandOf(size: PodSize, pods: number): Demand {
  const times = ({ cpu, memory }: Amounts) => ({ cpu: cpuOf(cpu) * pods, memory: memoryOf(memory) * pods });
  return { pods, requests: times(size.requests), limits: times(size.limits) };
}

export function sumOf(demands: readonly Demand[]): Demand {
  const total = (pick: (demand: Demand) => number) => demands.reduce((sum, demand) => sum + pick(demand), 0);
  return {
    pods: total(({ pods }) => pods),
    requests: { cpu: total(({ requests }) => requests.cpu), memory: total(({ requests }) => requests.memory) },
    limits: { cpu: total(({ limits }) => limits.cpu), memory: total(({ limits }) => limits.memory) },
  };
}

/**
 * The most pods that a Deployment of so many copies has at one time: while each copy is exchanged, the one that leaves still
 * finishes its requests, and one more is being started. A quota counts all of them.
 */
export const peakOf = (copies: number): number => 2 * copies + 1;

/** The operator's one-off pods: migrations, and the watch over a canary. */
export const operatorSize: PodSize = {
  requests: { cpu: "100m", memory: "256Mi" },
  limits: { cpu: "500m", memory: "512Mi" },
};
