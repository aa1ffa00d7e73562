import type http from "node:http";
import { z } from "zod";
import { reason } from "../../errors.ts";
import type { Clusters } from "../../kubernetes/clusters.ts";
import { clusterOrder } from "../../kubernetes/record.ts";
import type { LocalHandler } from "../gateway.ts";
import { type Caches, cacheOrder } from "./caches.ts";
import { type Databases, databaseOrder, snapshotOrder } from "./databases.ts";

const prefix = "/_slipway/";
const bodyLimit = 64 * 1024;
const named = z.object({ id: z.string() });

/** Carries out MiniStack's orders (gaps/data_plane.py): `POST /_slipway/<order>` with the token that it was started with. */
export function dataPlane(
  token: string,
  { databases, caches, clusters }: { databases: Databases; caches: Caches; clusters: Clusters },
): LocalHandler {
  const orders: Readonly<Record<string, (body: unknown) => Promise<unknown>>> = {
    "ensure-database": async (body) => databases.ensure(databaseOrder.parse(body)),
    "halt-database": async (body) => databases.halt(named.parse(body).id),
    "remove-database": async (body) => databases.remove(named.parse(body).id),
    "snapshot-database": async (body) => databases.snapshot(snapshotOrder.parse(body)),
    "ensure-cache": async (body) => caches.ensure(cacheOrder.parse(body)),
    "remove-cache": async (body) => caches.remove(named.parse(body).id),
    "ensure-cluster": async (body) => clusters.ensure(clusterOrder.parse(body)),
    "remove-cluster": async (body) => clusters.remove(named.parse(body).id),
  };
  return (request, response) => {
    if (!request.url?.startsWith(prefix)) return false;
    const order = orders[request.url.slice(prefix.length)];
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? {}));
    };
    if (request.headers.authorization !== `Bearer ${token}`) answer(401, { message: "wrong token" });
    else if (!order || request.method !== "POST") answer(404, { message: "unknown order" });
    else {
      readBody(request)
        .then(order)
        .then(
          (result) => answer(200, result),
          (error: unknown) => answer(500, { message: reason(error) }),
        );
    }
    return true;
  };
}

async function readBody(request: http.IncomingMessage): Promise<unknown> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > bodyLimit) throw new Error("request too large");
  }
  return JSON.parse(body);
}
