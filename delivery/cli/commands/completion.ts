import { Argument, type Command } from "commander";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { knownStacks } from "../engine/stacks.ts";

/** Adds `completion`. */
export function addCompletionCommand(program: Command): void {
  program
    .command("completion")
    .summary("print a completion script for your shell")
    .description(
      'Print a completion script:\n\n  bash:  eval "$(./slipway completion bash)"\n  zsh:   eval "$(./slipway completion zsh)"\n  fish:  ./slipway completion fish | source',
    )
    .addArgument(new Argument("<shell>", "your shell").choices(["bash", "zsh", "fish"]))
    .action((shell: "bash" | "zsh" | "fish") => {
      const words = completionWords(program, knownStacks(checkoutRoot));
      process.stdout.write(scripts[shell](words));
    });
}

type Words = ReadonlyMap<string, readonly string[]>;

const scripts: Readonly<Record<"bash" | "zsh" | "fish", (words: Words) => string>> = {
  bash: bashScript,
  zsh: (words) => `autoload -U +X bashcompinit && bashcompinit\n${bashScript(words)}`,
  fish: fishScript,
};

/** What may follow each command: subcommands, options, the words that an argument allows, and the stacks where one is expected. */
export function completionWords(program: Command, stacks: readonly string[]): Map<string, string[]> {
  const words = new Map<string, string[]>();
  const visit = (command: Command, path: string) => {
    const options = command.options.flatMap(({ long }) => (long ? [long] : []));
    const values = command.registeredArguments.flatMap((argument) =>
      argument.name() === "stack" ? stacks : (argument.argChoices ?? []),
    );
    words.set(path, [...command.commands.map((child) => child.name()), ...values, ...options, "--help"]);
    for (const child of command.commands) visit(child, path === "" ? child.name() : `${path} ${child.name()}`);
  };
  visit(program, "");
  return words;
}

function bashScript(words: Words): string {
  const cases = [...words]
    .filter(([path]) => path !== "")
    .map(([path, next]) => `    "${path}") words="${next.join(" ")}" ;;`);
  return `_slipway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words="${words.get("")?.join(" ") ?? ""}" path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac; done
  while [ -n "$path" ]; do
    case "$path" in
${cases.map((line) => `  ${line.replace(" ;;", "; break ;;")}`).join("\n")}
    esac
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _slipway slipway ./slipway
`;
}

function fishScript(words: Words): string {
  const lines = [...words].flatMap(([path, next]) => {
    const condition =
      path === ""
        ? "__fish_use_subcommand"
        : path
            .split(" ")
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join("; and ");
    return next.map((word) =>
      word.startsWith("--")
        ? `complete -c slipway -n '${condition}' -l ${word.slice(2)}`
        : `complete -c slipway -f -n '${condition}' -a ${word}`,
    );
  });
  return `${lines.join("\n")}\n`;
}
