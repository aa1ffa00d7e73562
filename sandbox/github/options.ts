import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { UsageError } from "../../delivery/errors.ts";
import { reason } from "../errors.ts";

const schema = z.strictObject({
  port: z.coerce
    .number("--port wants a number")
    .int()
    .min(0, "--port wants 0 to 65535")
    .max(65_535, "--port wants 0 to 65535"),
  data: z.string("--data wants a folder").min(1, "--data wants a folder"),
  parent: z.coerce
    .number("--parent wants a process number")
    .int()
    .positive("--parent wants a process number")
    .optional(),
  tokenFile: z
    .string("SLIPWAY_GITHUB_TOKEN_FILE wants the path of a file with the token")
    .min(1, "SLIPWAY_GITHUB_TOKEN_FILE wants the path of a file with the token"),
});

/** What main.ts was called with. */
export type Options = z.infer<typeof schema>;

/** Reads the command line and the environment. @throws UsageError with every problem */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const usage = "node sandbox/github/main.ts --port <number> --data <folder> [--parent <process>]";
  let values: Record<string, string | undefined>;
  try {
    const option = { type: "string" } as const;
    values = parseArgs({ args: [...args], options: { port: option, data: option, parent: option } }).values;
  } catch (error) {
    throw new UsageError(`${reason(error)}\n  Usage: ${usage}`);
  }
  const parsed = schema.safeParse({ ...values, tokenFile: env.SLIPWAY_GITHUB_TOKEN_FILE });
  if (!parsed.success) {
    throw new UsageError([...parsed.error.issues.map((issue) => issue.message), `  Usage: ${usage}`].join("\n"));
  }
  return { ...parsed.data, data: path.resolve(parsed.data.data) };
}
