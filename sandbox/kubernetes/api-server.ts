import { readFileSync } from "node:fs";
import https from "node:https";
import path from "node:path";
import { adminToken, credentialFiles } from "./credentials.ts";

/** How long an answer may take, in milliseconds. */
const limit = 3000;

/** Whether the API server of the cluster in `directory` answers, and can be used (`/readyz`). */
export function isReady(directory: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = https.get(
      {
        host: "127.0.0.1",
        port,
        path: "/readyz",
        ca: readFileSync(path.join(directory, credentialFiles.authority)),
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
