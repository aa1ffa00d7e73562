import type { Process } from "../process/schema.ts";

/** An image that a delivery builds. */
export interface BuiltImage {
  readonly deployable: string;
  readonly title: string;
  /** The folder that is built, with its Dockerfile. */
  readonly context: string;
  /** What it is made of, as path filters of GitHub. */
  readonly sources: readonly string[];
  /** What a stack's registry and settings call it; absent where no stack runs it. */
  readonly image?: string;
}

/** The images that stacks run, by deployable: the same as `release deploy` gives them (a test compares). */
const imageOf: Readonly<Record<string, string>> = { backend: "backend", frontend: "frontend", database: "operator" };

/** What the operator's image, which carries and runs the migrations, takes from the repository: the root's Dockerfile says so. */
const operatorSources: readonly string[] = [
  ...["Dockerfile", ".dockerignore", "package.json", "package-lock.json"],
  ...["components", "delivery", "infra", "migrations", "policy", "sandbox"].map((folder) => `${folder}/**`),
];

/** The images of the process's deployables, in its order. */
export function builtImages({ deployables }: Pick<Process, "deployables">): BuiltImage[] {
  return Object.entries(deployables).flatMap(([deployable, { image: hasImage, paths, title }]) => {
    if (!hasImage) return [];
    const image = imageOf[deployable];
    const built =
      image === "operator" ? { context: ".", sources: operatorSources } : { context: folderOf(paths), sources: paths };
    return [{ deployable, title, ...built, ...(image !== undefined && { image }) }];
  });
}

/** The folder that a deployable's first filter names: `backend/**` is `backend`. */
function folderOf(paths: readonly string[]): string {
  const folder = /^[^*?[\]!+]*(?=\/)/.exec(paths[0] ?? "")?.[0] ?? "";
  return folder === "" ? "." : folder;
}
