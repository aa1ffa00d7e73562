import { Buckets } from "./bucket.ts";
import { type FieldReader, fieldReader } from "./context.ts";
import type { FlagContext, VariantDefinition } from "./model.ts";
import type { Semantics } from "./semantics.ts";

/** A variant, and whether chance, an override or the lack of an alternative chose it. */
export interface Choice {
  readonly variant: VariantDefinition;
  readonly by: "weight" | "override" | "being the only one";
}

interface Override {
  readonly choice: Choice;
  readonly read: FieldReader;
  readonly values: ReadonlySet<string>;
}

/** Chooses among the variants of a flag, or of one of its strategies. */
export class VariantChooser {
  /** Every choice that can come out, so that outcomes can be made beforehand. */
  readonly choices: readonly Choice[];
  readonly totalWeight: number;
  private readonly overrides: readonly Override[];
  private readonly weighted: readonly { readonly upTo: number; readonly choice: Choice }[];
  private readonly buckets: Buckets;
  private readonly seed: FieldReader;
  private readonly semantics: Semantics;

  /** @returns undefined when nothing can ever be chosen. */
  static of(
    variants: readonly VariantDefinition[] | undefined,
    group: string,
    stickiness: string,
    semantics: Semantics,
  ): VariantChooser | undefined {
    if (variants === undefined || variants.length === 0) return undefined;
    const total = variants.reduce((sum, { weight }) => sum + weight, 0);
    return total > 0 ? new VariantChooser(variants, total, group, stickiness, semantics) : undefined;
  }

  private constructor(
    variants: readonly VariantDefinition[],
    totalWeight: number,
    group: string,
    stickiness: string,
    semantics: Semantics,
  ) {
    this.totalWeight = totalWeight;
    this.buckets = Buckets.forVariants(group, totalWeight);
    this.seed = seedReader(stickiness);
    this.semantics = semantics;
    this.overrides = variants.flatMap((variant) =>
      (variant.overrides ?? []).map(({ contextName, values }) => ({
        choice: { variant, by: "override" as const },
        read: fieldReader(contextName),
        values: new Set(values),
      })),
    );
    const positive = variants.filter(({ weight }) => weight > 0);
    const by = positive.length === 1 ? "being the only one" : "weight";
    let upTo = 0;
    this.weighted = positive.map((variant) => {
      upTo += variant.weight;
      return { upTo, choice: { variant, by } };
    });
    this.choices = [...this.overrides, ...this.weighted].map(({ choice }) => choice);
  }

  choose(context: FlagContext): Choice {
    for (const { choice, read, values } of this.overrides) {
      const value = read(context);
      if (value !== undefined && values.has(value)) return choice;
    }
    const [first, ...rest] = this.weighted as readonly [(typeof this.weighted)[number]];
    if (rest.length === 0) return first.choice;
    const bucket = this.bucketOf(context) ?? this.strangersBucket();
    for (const { upTo, choice } of this.weighted) if (bucket <= upTo) return choice;
    return first.choice;
  }

  /** Who is kept at the variant that chance chose; undefined for somebody whom nothing identifies, or when it was not chance. */
  unitOf(context: FlagContext): string | undefined {
    return this.choose(context).by === "weight" ? this.seed(context) || undefined : undefined;
  }

  /** 1 to the sum of all weights; undefined for somebody whom nothing identifies. */
  bucketOf(context: FlagContext): number | undefined {
    const id = this.seed(context);
    return id ? this.buckets.of(id) : undefined;
  }

  private strangersBucket(): number {
    return this.semantics.strangersVariant === "first" ? 1 : Math.floor(Math.random() * this.totalWeight) + 1;
  }
}

function seedReader(stickiness: string): FieldReader {
  if (stickiness === "random") return () => undefined;
  if (stickiness !== "default") return fieldReader(stickiness);
  const readers = ["userId", "sessionId", "remoteAddress"].map(fieldReader);
  return (context) => {
    for (const read of readers) {
      const value = read(context);
      if (value) return value;
    }
    return undefined;
  };
}
