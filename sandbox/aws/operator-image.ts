import path from "node:path";

/** The variable in which MiniStack is told what stands for the operator image. */
export const operatorEnvironmentName = "SLIPWAY_OPERATOR_IMAGE";

/** What runs in the place of a container. */
interface ContainerProcess {
  /** Images of which the repository's last part is this are meant. */
  readonly repository: string;
  /** The image's entrypoint; the container's command follows. */
  readonly entrypoint: readonly string[];
  readonly directory: string;
}

/** The image of this project's own commands runs as this checkout's commands, by the Node that runs the sandbox. */
export function operatorImage(root: string): ContainerProcess {
  const main = path.join(root, "delivery", "cli", "main.ts");
  return {
    repository: "operator",
    entrypoint: [process.execPath, "--disable-warning=ExperimentalWarning", main],
    directory: root,
  };
}
