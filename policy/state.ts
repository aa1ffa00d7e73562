import { createHash } from "node:crypto";

import { z } from "zod";
import type { Population } from "./judge.ts";
import { type JudgedResource, stackOf } from "./resource.ts";
import { unknownText } from "./unknown.ts";

/** Key and value by which the engine marks a secret in a state file. Source: pulumi/sdk, resource/properties.go (SigKey, SecretSig). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

const properties = z.record(z.string(), z.unknown()).nullish();

const resourceSchema = z.object({
  urn: z.string().startsWith("urn:pulumi:"),
  type: z.string(),
  id: z.string().optional(),
  inputs: properties,
  outputs: properties,
  protect: z.boolean().optional(),
  propertyDependencies: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  /** Replaced already, and about to go. */
  delete: z.boolean().optional(),
});

const stateSchema = z.object({ deployment: z.object({ resources: z.array(resourceSchema).nullish() }) });

const previewSchema = z.object({
  steps: z.array(z.object({ op: z.string(), newState: resourceSchema.nullish() })),
});

/** Something to be judged, and where it comes from. */
export interface Judged {
  readonly population: Population;
  /** `state`: what is built. `preview`: what would be, where not every value is known yet. */
  readonly kind: "preview" | "state";
  /** Undefined for an empty one. */
  readonly stack: string | undefined;
  /** SHA-256 of the text, in hexadecimal: which file was judged. */
  readonly digest: string;
}

/**
 * Reads what `pulumi stack export` or `pulumi preview --json` prints. A secret that the text does not give away counts as a
 * value that is not known.
 *
 * @throws SyntaxError or RangeError when it is neither
 */
export function readJudged(text: string): Judged {
  const json: unknown = JSON.parse(text);
  const state = stateSchema.safeParse(json);
  const preview = previewSchema.safeParse(json);
  if (!state.success && !preview.success)
    throw new RangeError(
      "it is neither what `pulumi stack export` prints (deployment.resources) nor what `pulumi preview --json` does (steps)",
    );
  const resources = state.success
    ? (state.data.deployment.resources ?? []).filter((resource) => resource.delete !== true)
    : (preview.data?.steps ?? []).flatMap(({ op, newState }) =>
        newState && !op.startsWith("delete") ? [newState] : [],
      );
  return {
    population: populationOf(resources),
    kind: state.success ? "state" : "preview",
    stack: resources[0] && stackOf(resources[0].urn),
    digest: createHash("sha256").update(text).digest("hex"),
  };
}

function populationOf(resources: readonly z.infer<typeof resourceSchema>[]): Population {
  const inputs = resources.map((resource): JudgedResource => {
    const { id, propertyDependencies, protect = false, type, urn } = resource;
    return {
      urn,
      type,
      name: urn.split("::").at(-1) ?? urn,
      stack: stackOf(urn),
      protect,
      id: id === "" ? undefined : id,
      props: plain(resource.inputs ?? {}) as Record<string, unknown>,
      dependencies: Object.fromEntries(
        Object.entries(propertyDependencies ?? {}).map(([property, urns]) => [property, urns ?? []]),
      ),
    };
  });
  const outputs = inputs.map((resource, index): JudgedResource => {
    const own = resources[index]?.outputs;
    // What was asked for comes first, as in the engine. A component, or a resource that is not built yet, has no outputs.
    return own && Object.keys(own).length > 0
      ? { ...resource, props: { ...(plain(own) as Record<string, unknown>), ...resource.props } }
      : resource;
  });
  return { inputs, outputs };
}

/** Gives secrets their value where the text has it, and else the mark of a value that is not known. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ((value as Record<string, unknown>)[signatureKey] === secretSignature) {
    const { plaintext } = value as Record<string, unknown>;
    return typeof plaintext === "string" ? plain(JSON.parse(plaintext)) : unknownText;
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
