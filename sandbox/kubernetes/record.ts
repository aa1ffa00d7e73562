import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Layout } from "../layout.ts";
import { readIfPresent, writeAtomically } from "../system/files.ts";

/** What EKS wants of a cluster. */
export const clusterOrder = z.object({
  /** Stands for the cluster, whatever its name: accounts and regions may have one each of the same name. */
  id: z.string().regex(/^[A-Za-z0-9-]{1,63}$/),
  /** The cluster's name, which tokens are signed for. */
  name: z.string().regex(/^[A-Za-z0-9][\w-]{0,99}$/),
  account: z.string().regex(/^\d{12}$/),
  region: z.string().regex(/^[a-z0-9-]+$/),
  /** The version of Kubernetes that was asked for; the sandbox has one only. */
  version: z.string().min(1),
  /** Where nodes are to be: a zone with the ranges of its subnets, from which pods get their addresses. */
  zones: z.array(z.object({ name: z.string().min(1), cidrs: z.array(z.string().min(1)).min(1) })).min(1),
});
export type ClusterOrder = z.infer<typeof clusterOrder>;

const clusterRecord = z.object({ order: clusterOrder, port: z.int().min(1).max(65_535) });

/** A cluster as it is written down, to be started again with the sandbox. */
export type ClusterRecord = z.infer<typeof clusterRecord>;

/** The folder of all clusters of a checkout: one each, by id. */
export function clustersDirectory(layout: Layout): string {
  return path.join(layout.data("aws"), "clusters");
}

/** The folder of one cluster, with everything that it is made of. */
export function clusterDirectory(layout: Layout, id: string): string {
  return path.join(clustersDirectory(layout), id);
}

/** What is remembered of a cluster; undefined when there is none, or it was being made when everything was killed. */
export function readRecord(layout: Layout, id: string): ClusterRecord | undefined {
  const text = readIfPresent(recordFile(layout, id));
  return text === undefined ? undefined : clusterRecord.parse(JSON.parse(text));
}

/** All clusters that are remembered, by name. */
export function readRecords(layout: Layout): ClusterRecord[] {
  const directory = clustersDirectory(layout);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .map((id) => readRecord(layout, id))
    .filter((record) => record !== undefined)
    .sort((one, other) => one.order.name.localeCompare(other.order.name));
}

export function writeRecord(layout: Layout, record: ClusterRecord): void {
  writeAtomically(recordFile(layout, record.order.id), `${JSON.stringify(record, null, 2)}\n`);
}

function recordFile(layout: Layout, id: string): string {
  return path.join(clusterDirectory(layout, id), "cluster.json");
}
