import { type Finding, finding } from "./finding.ts";

/** How long an answer is waited for, in milliseconds. */
const patience = 10_000;

/** Whether an address answers with a status that says that all is well. */
export function answerFinding(name: string, url: string, request: typeof fetch = fetch): Promise<Finding> {
  return finding(`${name} answers`, async () => {
    const started = Date.now();
    const response = await request(url, { redirect: "manual", signal: AbortSignal.timeout(patience) });
    await response.body?.cancel();
    return { good: response.ok, seen: `${url}: status ${response.status} after ${Date.now() - started} ms` };
  });
}
