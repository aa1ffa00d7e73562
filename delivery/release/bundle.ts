import { createHash } from "node:crypto";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { canonicalJson, ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";
import { name } from "../process/schema-values.ts";
import type { Actor, Bundle, BundledDeployable } from "./model.ts";

/** What a bundle is: all of it but its name, and who made it when. */
export type BundleContent = Omit<Bundle, "digest" | "createdBy" | "createdAt">;

/** Counts up when the same content would get another text: digests of different forms never meet. */
const form = 1;

/**
 * The digest that names a bundle's content: SHA-256 over its JSON with sorted keys and no white space (the canonical form of
 * RFC 8785, for the strings, lists and records that a bundle consists of). Fields that are undefined count as absent, and features
 * are a set. Equal content has an equal digest, whoever made it.
 */
export function bundleDigest(content: BundleContent): string {
  const { changelog, deployables, features, migration, title, version } = content;
  const named = Object.fromEntries(
    Object.entries(deployables).map(([key, { commit, image, version: said }]) => [
      key,
      { commit, image, version: said },
    ]),
  );
  const text = canonicalJson({
    form,
    title,
    version,
    deployables: named,
    features: [...new Set(features)].sort(),
    changelog,
    migration,
  });
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, { error: 'must be "sha256:" and 64 hex digits' });
const commit = z.string().regex(/^[0-9a-f]{40}$/, { error: "must be a whole commit, 40 hex digits" });
/** https://semver.org without build metadata, which no image tag could carry, or a commit that is shortened. */
const version = z
  .string()
  .max(100)
  .regex(/^((0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?|[0-9a-f]{7,40})$/, {
    error: 'must be a version such as "1.2.3" or "1.2.3-rc.1", or a shortened commit',
  });

const bundleInput = z.strictObject({
  /** The version, when nobody gives one. */
  title: z.string().trim().min(1).max(200).optional(),
  version,
  deployables: z
    .record(name, z.strictObject({ commit, version, image: digest.optional() }))
    .refine((all) => Object.keys(all).length > 0, { error: "must name a deployable: a bundle brings something" }),
  features: z.array(z.string().min(1)).default([]),
  changelog: z.string().max(500_000).default(""),
  migration: z
    .string()
    .regex(/^\d{4}_[a-z0-9_]+$/, { error: 'must be a migration such as "0055_feature_flag_experiments"' })
    .optional(),
});

/** What a bundle may be made of. */
export interface Known {
  readonly process: Process;
  /** Keys of the declared feature flags. */
  readonly features: readonly string[];
}

/**
 * Makes a bundle of what somebody gave: checked, with its digest.
 * @throws UserError with all that is wrong: form, deployables and features that nobody declared, images missing or too many.
 */
export function makeBundle(input: unknown, known: Known, made: { readonly by: Actor; readonly at: string }): Bundle {
  const parsed = bundleInput.safeParse(input);
  if (!parsed.success) refuse(parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"} ${message}`));
  const { deployables, features, title, version: said, changelog, migration } = parsed.data;
  const problems = [
    ...Object.entries(deployables).flatMap(([key, one]) => deployableProblems(known.process, key, one)),
    ...features
      .filter((key) => !known.features.includes(key))
      .map((key) => `features: "${key}" is declared nowhere. Add it to delivery/flags.yaml, or leave it out.`),
  ];
  if (problems.length > 0) refuse(problems);
  const content: BundleContent = {
    title: title ?? said,
    version: said,
    deployables: Object.fromEntries(
      Object.entries(deployables).map(([key, { image, ...rest }]) => [
        key,
        image === undefined ? rest : { ...rest, image },
      ]),
    ),
    features: [...new Set(features)].sort(),
    changelog,
    ...(migration === undefined ? {} : { migration }),
  };
  return { digest: bundleDigest(content), ...content, createdBy: made.by, createdAt: made.at };
}

function deployableProblems(
  process: Process,
  key: string,
  { image }: { readonly image?: string | undefined },
): string[] {
  const declared = ownValue(process.deployables, key);
  if (declared === undefined) {
    const all = Object.keys(process.deployables).join(", ");
    return [`deployables.${key} is no deployable of the process. There are: ${all}.`];
  }
  if (declared.image && image === undefined)
    return [`deployables.${key}.image is missing: give the digest of its image.`];
  if (!declared.image && image !== undefined)
    return [`deployables.${key}.image is given, but it has no image. Leave it out.`];
  return [];
}

function refuse(problems: readonly string[]): never {
  throw new UserError(`The bundle cannot be made:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
}

/**
 * The deployables that a bundle would change, sorted. What has an image is told by its digest, since that is what runs; all
 * else by its commit. What the bundle does not bring stays as it is.
 */
export function differences(
  bundle: Pick<Bundle, "deployables">,
  standing: Readonly<Record<string, BundledDeployable>>,
): string[] {
  return Object.entries(bundle.deployables)
    .filter(([key, one]) => !isSame(one, ownValue(standing, key)))
    .map(([key]) => key)
    .sort();
}

function isSame(one: BundledDeployable, standing: BundledDeployable | undefined): boolean {
  if (standing === undefined) return false;
  if (one.image !== undefined || standing.image !== undefined) return one.image === standing.image;
  return one.commit === standing.commit;
}
