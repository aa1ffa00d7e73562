import path from "node:path";
import { type Command, Option } from "commander";
import { checkStackFile } from "../../../infra/stack-file.ts";
import { checkoutRoot, stateDirectory } from "../../../sandbox/paths.ts";
import { accountInSandbox, engineEnvironment, sandboxEnvironment, shadowedNames } from "../engine/environment.ts";
import { prepareStackConfig } from "../engine/stack-config.ts";
import { requireStack } from "../engine/stacks.ts";
import { makeReady } from "../ready.ts";
import { printJson } from "../terminal.ts";

/** Adds `env`. */
export function addEnvCommand(program: Command): void {
  program
    .command("env")
    .summary('print the environment for plain `pulumi`: eval "$(./slipway env)"')
    .description(
      'Print what a shell needs to call `pulumi` directly:\n\n  eval "$(./slipway env)"\n  pulumi preview --stack dev\n\nWhat stacks in AWS need as well (the plugin, the local AWS) is there when one is named:\n\n  eval "$(./slipway env staging)"\n  pulumi preview --stack staging\n\nSecrets are not printed: their variables are read from files under .slipway/secrets.',
    )
    .addOption(new Option("--shell <name>", "your shell").choices(["sh", "bash", "zsh", "fish"]).default("sh"))
    .argument("[stack]", "a stack that is going to be worked on", "dev")
    .option("--json", "as JSON, with the names of the files that hold secrets")
    .action(async (name: string, options: { shell: string; json?: boolean }) => {
      const { account, platform } = checkStackFile(checkoutRoot, requireStack(checkoutRoot, "env", name));
      const { toolchain } = await makeReady({
        root: checkoutRoot,
        sandbox: true,
        platform,
        account,
        quiet: options.json ?? false,
      });
      const variables = {
        ...engineEnvironment(checkoutRoot, toolchain, { sandbox: true }),
        ...sandboxEnvironment(checkoutRoot, accountInSandbox(platform, account)),
        ...configFile(name),
      };
      const files = secretFiles(checkoutRoot);
      if (options.json) {
        const open = Object.fromEntries(Object.entries(variables).filter(([name]) => !(name in files)));
        printJson({ set: open, fromFile: files, unset: shadowedNames(variables) });
      } else {
        process.stdout.write(`${shellLines(variables, files, options.shell === "fish" ? "fish" : "sh").join("\n")}\n`);
      }
    });
}

/** Where plain `pulumi` finds the settings of a stack that has a file of its own below .slipway: as its option `--config-file`. */
function configFile(stack: string): Record<string, string> {
  const [option, file] = prepareStackConfig(checkoutRoot, stack, true).options;
  return option === "--config-file" && file !== undefined ? { PULUMI_OPTION_CONFIG_FILE: file } : {};
}

/** Variables whose value is a secret, and the file to read it from. */
function secretFiles(root: string): Record<string, string> {
  return { GITHUB_TOKEN: path.join(stateDirectory(root), "secrets", "github-token") };
}

/** Lines for a shell to evaluate. Values are quoted, so that no path can do harm. */
export function shellLines(
  variables: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
  shell: "sh" | "fish",
): string[] {
  const quote = (text: string) =>
    shell === "sh" ? `'${text.replaceAll("'", "'\\''")}'` : `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const set = (name: string, value: string) =>
    shell === "sh" ? `export ${name}=${value}` : `set -gx ${name} ${value}`;
  const lines = Object.entries(variables).map(([name, value]) => {
    const file = files[name];
    return file
      ? set(name, shell === "sh" ? `"$(cat ${quote(file)})"` : `(cat ${quote(file)})`)
      : set(name, quote(value));
  });
  return [...lines, ...shadowedNames(variables).map((name) => (shell === "sh" ? `unset ${name}` : `set -e ${name}`))];
}
