import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { fits } from "./glob.ts";

/** What policies need of the release process. The program's own schema checks the rest; policies do not trust it. */
const schema = z.object({
  environments: z.record(
    z.string(),
    z.object({
      stack: z.string(),
      branches: z.array(z.string()).default([]),
      tags: z.array(z.string()).default([]),
      /** Roles by deployable; all of them have to approve. */
      approvals: z.record(z.string(), z.array(z.string())).default({}),
    }),
  ),
});

type ReleaseProcess = z.infer<typeof schema>;
export type ReleaseEnvironment = ReleaseProcess["environments"][string];

const path = join(import.meta.dirname, "..", "delivery", "process.yaml");

let process: ReleaseProcess | undefined;

/**
 * The release process of delivery/process.yaml.
 *
 * @throws where the file cannot be read: then nothing that hangs on it can be judged
 */
function releaseProcess(): ReleaseProcess {
  process ??= schema.parse(parse(readFileSync(path, "utf8")));
  return process;
}

/** The process's environment that an environment of GitHub belongs to: `production` for `production.cto`. */
export function releaseEnvironment(gitHubEnvironment: unknown): ReleaseEnvironment | undefined {
  return typeof gitHubEnvironment === "string"
    ? releaseProcess().environments[environmentPart(gitHubEnvironment)]
    : undefined;
}

/** `production` of `production.cto`, which is an environment that only a role approves in. */
function environmentPart(gitHubEnvironment: string): string {
  return gitHubEnvironment.split(".")[0] ?? "";
}

/** The stack that builds what an environment needs; what all pull requests share, staging's stack keeps. */
export function buildsFor({ stack }: ReleaseEnvironment, judged: string): boolean {
  return stack === judged || (stack === "pr-*" && (judged === "staging" || /^pr-[0-9]+$/.test(judged)));
}

/** Whether a pattern of branches or tags admits no more than another one. */
export function isWithin(pattern: string, allowed: string): boolean {
  return pattern === allowed || fits(allowed, pattern);
}
