import { parseArgs } from "node:util";
import { z } from "zod";
import { UsageError } from "../../delivery/errors.ts";

const port = z.coerce.number().int().min(1).max(65_535);
const schema = z.object({
  /** Where the gateway listens. */
  port,
  /** Where MiniStack listens. */
  emulatorPort: port,
  /** The checkout. */
  root: z.string().min(1),
  /** The Python that has MiniStack. */
  python: z.string().min(1),
  /** The cache server that stands behind replication groups. */
  cacheBinary: z.string().min(1).optional(),
  /** What the clusters run. */
  kubernetesBinary: z.string().min(1).optional(),
});

/** What main.ts was called with. */
export type Options = z.infer<typeof schema>;

/** Reads the command line. @throws UsageError with every problem */
export function readOptions(args: readonly string[]): Options {
  const option = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: option,
      "emulator-port": option,
      root: option,
      python: option,
      "cache-binary": option,
      "kubernetes-binary": option,
    },
  });
  const parsed = schema.safeParse({
    ...values,
    emulatorPort: values["emulator-port"],
    cacheBinary: values["cache-binary"],
    kubernetesBinary: values["kubernetes-binary"],
  });
  if (!parsed.success) throw new UsageError(z.prettifyError(parsed.error));
  return parsed.data;
}
