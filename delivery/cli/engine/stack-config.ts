import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, parseDocument } from "yaml";
import { z } from "zod";
import type { Environment } from "../../../infra/environment.ts";
import { derivedStackFile, featureBase, isDerived, stackFile } from "../../../infra/stack-file.ts";
import { stateDirectory } from "../../../sandbox/paths.ts";
import { sandboxSalt } from "./environment.ts";
import { completeForSandbox } from "./sandbox-settings.ts";

/** Where the engine finds a stack's settings. */
export interface StackConfig {
  /** Options for `up`, `preview`, `destroy` and `refresh`. */
  readonly options: readonly string[];
  /** The folder in which `stack init`, which has no such option, finds (and may write) the same file. */
  readonly folder: string;
}

/** An image that a release brings: in which environment of the stack, for what, and which. */
export interface ReleasedImage {
  readonly environment: Environment;
  readonly image: "backend" | "frontend" | "operator";
  readonly digest: string;
}

/**
 * Makes a stack's settings ready for the engine. Usually that is `Pulumi.<stack>.yaml` of the checkout as it is. Three kinds of
 * stacks get a file below .slipway instead, so that the engine never writes into the checkout's own: that of a pull request,
 * whose settings are derived; and, in the sandbox, one whose committed settings name a key in the cloud (`secretsprovider`),
 * which the sandbox does not have, or no images where nothing would run without (sandbox-settings.ts). A release's images are
 * laid over all of them; the runs after it find them in the stack's outputs.
 */
export function prepareStackConfig(
  root: string,
  stack: string,
  sandbox: boolean,
  released: readonly ReleasedImage[] = [],
): StackConfig {
  const text = withImages(released, ownText(root, stack, sandbox), () => readFileSync(stackFile(root, stack), "utf8"));
  if (text === undefined) return { options: [], folder: root };
  const folder = path.join(stateDirectory(root), "stacks", sandbox ? "sandbox" : "cloud");
  const file = path.join(folder, `Pulumi.${stack}.yaml`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(root, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
  // What the engine has written into it about secrets is kept: another data key would make the state unreadable.
  const kept = sandbox
    ? { encryptionsalt: sandboxSalt }
    : secretsOf(isDerived(root, stack) ? file : stackFile(root, stack));
  const fresh = `${file}.new-${process.pid}`;
  writeFileSync(
    fresh,
    `${text}${Object.entries(kept)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join("")}`,
  );
  renameSync(fresh, file);
  return { options: ["--config-file", file], folder };
}

/**
 * The provider of secrets that a new stack of a pull request gets: that of the stack from which it is derived, with its own name
 * in the encryption context, by which roles are kept to their own stacks' secrets.
 * @returns undefined for the backend's own
 */
export function secretsProviderFor(root: string, stack: string): string | undefined {
  return secretsOf(stackFile(root, featureBase)).secretsprovider?.replace(/(context_Stack=)[^&]*/, `$1${stack}`);
}

/** @returns undefined when the checkout's own file will do */
function ownText(root: string, stack: string, sandbox: boolean): string | undefined {
  if (isDerived(root, stack)) return derivedStackFile(root, stack);
  const file = stackFile(root, stack);
  if (!sandbox) return undefined;
  const document = parseDocument(readFileSync(file, "utf8"));
  const completed = completeForSandbox(root, document);
  if (!completed && secretsOf(file).secretsprovider === undefined) return undefined;
  for (const name of secretKeys) document.delete(name);
  return document.toString();
}

/** @param text the settings so far; undefined when they are the checkout's own */
function withImages(
  released: readonly ReleasedImage[],
  text: string | undefined,
  own: () => string,
): string | undefined {
  if (released.length === 0) return text;
  const document = parseDocument(text ?? own());
  for (const name of secretKeys) document.delete(name);
  for (const { digest, environment, image } of released)
    document.setIn(
      environment === "preProduction"
        ? ["config", "slipway:preProduction", "images", image]
        : ["config", "slipway:images", image],
      digest,
    );
  return document.toString();
}

const secretKeys = ["secretsprovider", "encryptedkey", "encryptionsalt"] as const;
const secretsSchema = z.object(Object.fromEntries(secretKeys.map((name) => [name, z.string().optional()])));

/** What the engine keeps about secrets beside a stack's settings (sdk/go/common/workspace: ProjectStack). */
function secretsOf(file: string): Partial<Record<(typeof secretKeys)[number], string>> {
  if (!existsSync(file)) return {};
  const found = secretsSchema.safeParse(parse(readFileSync(file, "utf8")));
  return found.success ? Object.fromEntries(Object.entries(found.data).filter(([, value]) => value !== undefined)) : {};
}
