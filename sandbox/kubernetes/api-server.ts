import https from "node:https";
import path from "node:path";
import { readIfPresent } from "../system/files.ts";
import { adminToken, credentialFiles } from "./credentials.ts";

/** How long an answer may take, in milliseconds. */
const limit = 3000;

/** Whether the API server of the cluster in `directory` answers, and can be used (`/readyz`). */
export async function isReady(directory: string, port: number): Promise<boolean> {
  const ca = readIfPresent(path.join(directory, credentialFiles.authority));
  // One that is being made has none yet.
  if (ca === undefined) return false;
  return new Promise((resolve) => {
    const request = https.get(
      {
        host: "127.0.0.1",
        port,
        path: "/readyz",
        ca,
        headers: { authorization: `Bearer ${adminToken(directory)}` },
        timeout: limit,
        agent: false,
      },
      (response) => {
        response.resume().once("end", () => resolve(response.statusCode === 200));
        response.once("error", () => resolve(false));
      },
    );
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
