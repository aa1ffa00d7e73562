import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";

/**
 * A dynamic provider whose code is not in the state. What the engine stores for each resource is the text of this function and the
 * name of a module; the module is loaded from the checkout when an operation runs. So a refresh or a destroy runs today's
 * code, nothing is captured by accident, and code changes are noticed by the `implementation` input ({@link implementationHash}).
 *
 * An error that the user can mend reaches the engine as its message alone, any other with its stack.
 *
 * @param module the implementation, a path below the checkout's root such as `delivery/flags/provider.ts`, which exports the
 *   operations of `DynamicImplementation`.
 */
export function dynamicProvider(module: string): pulumi.dynamic.ResourceProvider {
  // Serialised with the provider: nothing outside may be used here but globals and `module`.
  const call = async (operation: string, ...args: unknown[]) => {
    const { existsSync } = process.getBuiltinModule("node:fs");
    const { dirname, join } = process.getBuiltinModule("node:path");
    const { pathToFileURL } = process.getBuiltinModule("node:url");
    let root = process.cwd();
    while (!existsSync(join(root, "Pulumi.yaml")) && root !== dirname(root)) root = dirname(root);
    try {
      const implementation = await import(pathToFileURL(join(root, module)).href);
      if (operation === "check" && !implementation.check) return { inputs: args[1], failures: [] };
      return await implementation[operation](...args);
    } catch (error) {
      // A new Error, because gRPC takes `code` and `details` of what it is given for its own.
      const { name, message, stack } = error as Error;
      const plain = new Error(message);
      const mendable = name === "UserError" || name === "UsageError";
      plain.stack = mendable ? "user error" : (stack ?? "");
      // For some operations the plugin prints `${error}: ${error.stack}` before it hands the error to the engine, which prints the
      // message anyway: once is enough for what the user can mend.
      if (mendable && console.error.name !== "printUnlessUserError") {
        const print = console.error;
        console.error = function printUnlessUserError(...texts: unknown[]) {
          if (!String(texts[0]).endsWith(": user error")) print(...texts);
        };
      }
      throw plain;
    }
  };
  return {
    check: (olds, news) => call("check", olds, news),
    diff: (id, olds, news) => call("diff", id, olds, news),
    create: (inputs) => call("create", inputs),
    read: (id, props) => call("read", id, props),
    update: (id, olds, news) => call("update", id, olds, news),
    delete: (id, props) => call("delete", id, props),
  };
}

const root = path.resolve(import.meta.dirname, "..");

/**
 * The first 12 hex digits of a SHA-256 over this file and all TypeScript files of some folders below the checkout's root. As an input of a dynamic resource it makes the engine notice that the code has changed.
 */
export function implementationHash(...folders: readonly string[]): string {
  const hash = createHash("sha256").update(readFileSync(import.meta.filename));
  for (const folder of folders) {
    const files = readdirSync(path.join(root, folder)).filter((file) => file.endsWith(".ts"));
    for (const file of files.sort()) {
      hash
        .update(`${folder}/${file}\0`)
        .update(readFileSync(path.join(root, folder, file)))
        .update("\0");
    }
  }
  return hash.digest("hex").slice(0, 12);
}

/**
 * Runs a pure planner in a component. What the user can mend reaches the engine as a message without a stack.
 * @throws pulumi.RunError with the message of a UserError; other errors as they are.
 */
export function plan<T>(planner: () => T): T {
  try {
    return planner();
  } catch (error) {
    if (error instanceof Error && error.name === "UserError") throw new pulumi.RunError(error.message);
    throw error;
  }
}
