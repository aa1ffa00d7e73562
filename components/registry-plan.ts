/*
 * Which images a repository keeps. ECR judges each image by the first rule whose tags it has and by no later one, so the order
 * says who is safe.
 */

/** A rule in the words of ECR's lifecycle policies. */
export interface LifecycleRule {
  readonly rulePriority: number;
  readonly description: string;
  readonly selection: Readonly<Record<string, unknown>>;
  readonly action: { readonly type: "expire" };
}

/** What a release puts before the tag of an image that it deploys. */
const releasedPrefix = "released-";

/**
 * Plans the lifecycle of a repository. What runs is never expired: a release tags what it deploys (`released-...`), of which so many are
 * kept that only what is years old goes; and the rule for untagged images cannot reach a tagged one, whose tag nobody
 * can move, nor a platform's image inside an index that is tagged.
 *
 * @param builds how many images that were built and never released are kept, the newest first.
 */
export function planLifecycle(builds = 50): readonly LifecycleRule[] {
  return [
    {
      rulePriority: 1,
      description: "Keep what was released, the last 1000: what runs is among them",
      selection: {
        tagStatus: "tagged",
        tagPatternList: [`${releasedPrefix}*`],
        countType: "imageCountMoreThan",
        countNumber: 1000,
      },
      action: { type: "expire" },
    },
    {
      rulePriority: 2,
      description: `Keep the last ${builds} builds that were not released`,
      selection: { tagStatus: "tagged", tagPatternList: ["*"], countType: "imageCountMoreThan", countNumber: builds },
      action: { type: "expire" },
    },
    {
      rulePriority: 3,
      description: "Remove what has no tag after 14 days",
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
      action: { type: "expire" },
    },
  ];
}
