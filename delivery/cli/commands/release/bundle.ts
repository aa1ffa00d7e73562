import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { readMigrations } from "../../../database/migrations.ts";
import { UsageError } from "../../../errors.ts";
import { readFlagFile } from "../../../flags/file.ts";
import { makeBundle } from "../../../release/bundle.ts";
import { changelog } from "../../../release/changelog.ts";
import type { Bundle, BundledDeployable } from "../../../release/model.ts";
import { Repository } from "../../../release/repository.ts";
import type { Desk } from "../../../release/service/desk.ts";
import { createBundle, listBundles } from "../../../release/store/bundles.ts";
import { change } from "../../../release/store/change.ts";
import { printJson, printNote, table } from "../../terminal.ts";
import { atDesk, type ReleaseOptions, releaseCommand } from "./session.ts";

interface BundleOptions extends ReleaseOptions {
  readonly version: string;
  readonly title?: string;
  readonly commit: string;
  readonly image: Readonly<Record<string, string>>;
  readonly feature: readonly string[];
}

/** Adds `release bundle`. */
export function addBundle(release: Command): void {
  releaseCommand(release, "bundle", {
    summary:
      "Record an immutable set of deployables: of each its commit, of those with an image its digest; with flags and a changelog from\nthe commits since the last bundle. Its digest names it. The same content recorded again is the same bundle.",
    example: "./slipway release bundle --version 2.1.0 --image backend=sha256:<64 hex digits> --feature new_dashboard",
  })
    .requiredOption("--version <version>", 'what people call it: "2.1.0", or a short commit')
    .option("--title <text>", "what it is; the version when absent")
    .option("--commit <commit>", "what it is made of", "HEAD")
    .option("--image <deployable=digest>", "the image of a deployable, by digest; may be repeated", image, {})
    .option("--feature <flag>", "a feature flag that belongs to it; may be repeated", collect, [])
    .action((options: BundleOptions) => atDesk(options, ({ desk }) => record(desk, options)));
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function image(value: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name = "", digest = ""] = /^([^=]+)=(.+)$/.exec(value) ?? [];
  if (name === "")
    throw new UsageError(`--image is a deployable and its digest, such as backend=sha256:..., not "${value}".`);
  return { ...before, [name]: digest };
}

async function record(desk: Desk, options: BundleOptions): Promise<void> {
  const { client, identity, process } = desk;
  const repository = new Repository(checkoutRoot);
  const head = await repository.commit(options.commit);
  const version = options.version.replace(/^v(?=\d)/, "");
  const deployables = await contents(desk, repository, head, version, options.image);
  const recent = await listBundles(client);
  const same = recent.find((one) => one.version === version && isDeepStrictEqual(one.deployables, deployables));
  // Recorded again, perhaps from another branch: the changelog since itself would be another one, and so another bundle.
  if (same !== undefined) return say(same, options);
  const [last] = recent;
  const told = [...new Set(Object.values(last?.deployables ?? {}).map(({ commit }) => commit))];
  const known: string[] = [];
  for (const commit of told) if (await repository.has(commit)) known.push(commit);
  const commits = await repository.since(process, known, head);
  const migration = readMigrations(path.join(checkoutRoot, "migrations")).at(-1)?.name;
  const bundle = makeBundle(
    {
      ...(options.title !== undefined && { title: options.title }),
      version,
      deployables,
      features: [...options.feature],
      changelog: changelog(commits),
      ...(migration !== undefined && { migration }),
    },
    { process, features: Object.keys(readFlagFile(path.join(checkoutRoot, "delivery", "flags.yaml")).flags) },
    { by: identity.actor, at: desk.now() },
  );
  const recorded = await change(client, identity, (open) => createBundle(open, bundle));
  say(recorded, options);
  if (known.length < told.length)
    printNote(
      "the changelog may tell too much: this checkout lacks commits of the last bundle (fetch the whole history)",
    );
}

function say(recorded: Bundle, options: BundleOptions): void {
  if (options.json) {
    printJson(recorded);
    return;
  }
  const rows = Object.entries(recorded.deployables).map(([name, one]) => [
    `  ${name}`,
    one.commit.slice(0, 12),
    one.image?.slice(0, 19) ?? "",
  ]);
  write(`bundle ${recorded.version}  ${recorded.digest}\n${table(rows)}\n`);
}

const write = (text: string) => process.stdout.write(text);

/** Of each deployable the commit that last touched it, so that what did not change is no change; and its image, where it has one. */
async function contents(
  { process: rules }: Desk,
  repository: Repository,
  head: string,
  version: string,
  images: Readonly<Record<string, string>>,
): Promise<Record<string, BundledDeployable>> {
  const found: Record<string, BundledDeployable> = {};
  for (const [name, { image: hasImage, paths }] of Object.entries(rules.deployables)) {
    const given = images[name];
    if (hasImage && given === undefined) continue;
    const commit = await repository.lastChange(head, paths);
    // An image may be built of what another repository holds.
    if (commit === undefined && given === undefined) continue;
    found[name] = { commit: commit ?? head, version, ...(given !== undefined && { image: given }) };
  }
  for (const name of Object.keys(images)) found[name] ??= { commit: head, version, image: images[name] ?? "" };
  return found;
}
