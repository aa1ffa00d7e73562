import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../delivery/errors.ts";
import { moduleFolder } from "./fingerprint.ts";
import type { GoCommand } from "./go-command.ts";

/** The Terraform provider, as our go.mod requires it. */
const provider = "github.com/hashicorp/terraform-provider-aws";
/** Where the services and tokens of the plugin are listed. */
export const tokensFile = path.join(moduleFolder("aws"), "cmd/pulumi-resource-aws/tokens.json");

/** Folders of the Terraform provider that its programs are made of. */
const kept = ["internal", "names", "version", "xpprovider"];
/** What lies in them for the provider's own tests and generators only. */
const leftOut = /^internal\/(acctest|generate)(\/|$)|(^|\/)(testdata|test-fixtures)(\/|$)|_test\.go$/;

const serviceList = "internal/provider/sdkv2/service_packages_gen.go";
const clientList = "internal/conns/awsclient_gen.go";
/** Where the provider decides how long it waits between two looks at what AWS is making. */
const waiting = "internal/backoff/backoff.go";
/** Our package that knows a local AWS, which the copy gets too. */
const localAws = "internal/localaws";

/**
 * Fetches the Terraform provider (go.sum pins what it is), makes a trimmed copy of it, and a go.mod that leads there.
 * @param work folder for both, which is there
 * @returns flags by which `go list` and `go build` use them
 * @throws UserError when it cannot be fetched, is not what go.sum says, or cannot be trimmed
 */
export async function prepareAwsModule(
  go: Pick<GoCommand, "run">,
  work: string,
  onLine: (line: string) => void,
): Promise<string[]> {
  await go.run(["mod", "download", provider], onLine);
  const [module = ""] = await go.run(["list", "-m", "-f", "{{.Dir}}", provider], onLine);
  const trimmed = path.join(work, "terraform-provider-aws");
  trimProvider(module, pluginServices(), trimmed);
  const text = readFileSync(path.join(moduleFolder("aws"), "go.mod"), "utf8");
  const led = text.replace(
    /^(replace github\.com\/hashicorp\/terraform-provider-aws) => .*$/m,
    (_, from) => `${from} => ${trimmed}`,
  );
  // Beside it, under the same name, Go looks for its checksums.
  writeFileSync(path.join(work, "aws.mod"), led);
  cpSync(path.join(moduleFolder("aws"), "go.sum"), path.join(work, "aws.sum"));
  return [`-modfile=${path.join(work, "aws.mod")}`];
}

/** The services that the plugin is compiled with: the keys of tokens.json, which the plugin reads as well. */
export function pluginServices(): string[] {
  return Object.keys(JSON.parse(readFileSync(tokensFile, "utf8")) as object);
}

/**
 * Makes a copy of the Terraform provider's module that holds some services only. The provider lists its services in two
 * generated files; both are written anew, so that nothing else is compiled or even fetched. Its go.mod goes as well: ours names
 * every version.
 * @param module the module as the registry has it
 * @param services the services to keep; those that they are made of are kept, too
 * @param folder where the copy is made
 * @throws UserError when the module is not made as expected: another version of it needs another trimming
 */
export function trimProvider(module: string, services: readonly string[], folder: string): void {
  const needed = withImported(module, services);
  for (const part of kept) {
    cpSync(path.join(module, part), path.join(folder, part), {
      recursive: true,
      filter: (file) => belongs(path.relative(module, file), needed),
    });
  }
  const goMod = readFileSync(path.join(module, "go.mod"), "utf8");
  writeFileSync(
    path.join(folder, "go.mod"),
    goMod
      .split("\n")
      .filter((line) => /^(module|go) /.test(line))
      .join("\n"),
  );
  rewrite(folder, serviceList, (text) => keepServices(text, needed));
  const called = calledClients(folder);
  rewrite(folder, clientList, (text) => keepClients(text, called));
  cpSync(path.join(moduleFolder("aws"), localAws), path.join(folder, localAws), { recursive: true });
  rewrite(folder, waiting, waitLessForLocalAws);
}

/** Half a minute here and there, which AWS needs and a local AWS does not, would be most of an `up` in the sandbox. */
function waitLessForLocalAws(text: string): string {
  return text
    .replace(/^import \(\n/m, `import (\n\t"${provider}/${localAws}"\n`)
    .replace(
      /^\t\t(initialDelay|minTimeout|pollInterval):(\s+)(initialDelay|minTimeout|pollInterval),$/gm,
      "\t\t$1:$2localaws.Wait($3),",
    );
}

function belongs(file: string, services: ReadonlySet<string>): boolean {
  if (leftOut.test(file)) return false;
  const [, service, below] = /^internal\/service\/([^/]+)(\/|$)/.exec(file) ?? [];
  // Files beside the services' folders are everybody's.
  return service === undefined || services.has(service) || (below === "" && path.extname(service) !== "");
}

/** The services and those whose packages they import. */
function withImported(module: string, services: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (service: string) => {
    if (found.has(service)) return;
    found.add(service);
    const folder = path.join(module, "internal/service", service);
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new UserError(
        `The AWS provider has no service "${service}", which tokens.json lists.\n  Correct its name.`,
      );
    for (const name of readdirSync(folder)) {
      if (!name.endsWith(".go") || leftOut.test(name)) continue;
      const text = readFileSync(path.join(folder, name), "utf8");
      for (const [, imported = ""] of text.matchAll(/\/internal\/service\/(\w+)"/g)) visit(imported);
    }
  };
  for (const service of services) visit(service);
  return found;
}

/** Lines of the list of services that name none that is left out. */
function keepServices(text: string, services: ReadonlySet<string>): string {
  const named = /\/internal\/service\/(\w+)"$|^\s+(\w+)\.ServicePackage\(ctx\),$/;
  return text
    .split("\n")
    .filter((line) => {
      const [, imported, listed] = named.exec(line) ?? [];
      const service = imported ?? listed;
      return service === undefined || services.has(service);
    })
    .join("\n");
}

/** Functions of the clients' list that are called, and the imports that these need. */
function keepClients(text: string, called: ReadonlySet<string>): string {
  const packages = new Set<string>();
  const functions = text.replace(
    /^func \(c \*AWSClient\) (\w+)\(.*\) \*(\w+)\.Client \{\n(?:.*\n)*?\}\n+/gm,
    (all, name, used) => {
      if (!called.has(name)) return "";
      packages.add(used);
      return all;
    },
  );
  return functions
    .split("\n")
    .filter((line) => {
      const [, name] = /^\t"github\.com\/aws\/aws-sdk-go-v2\/service\/(\w+)"$/.exec(line) ?? [];
      return name === undefined || packages.has(name);
    })
    .join("\n");
}

/** Names of the clients that the copy's sources ask for. */
function calledClients(folder: string): Set<string> {
  const called = new Set<string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || !file.endsWith(".go") || file === path.join(folder, clientList)) continue;
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/\.(\w+Client)\(ctx/g)) called.add(name);
  }
  return called;
}

function rewrite(folder: string, file: string, change: (text: string) => string): void {
  const before = readFileSync(path.join(folder, file), "utf8");
  const after = change(before);
  if (after === before || after.length < 500)
    throw new UserError(
      `The AWS provider's ${file} is not made as expected, so it could not be trimmed.\n  Its version in sandbox/toolchain/aws/go.mod needs a sandbox/toolchain/aws-sources.ts that knows it.`,
    );
  // What comes out of Go's module cache is read-only.
  rmSync(path.join(folder, file));
  writeFileSync(path.join(folder, file), after);
}
