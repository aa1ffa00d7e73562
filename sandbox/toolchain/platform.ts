import { UserError } from "../../delivery/errors.ts";

/** Operating system and processor in the words of Go and of the plugins' releases. */
export interface Target {
  readonly os: "linux" | "darwin";
  readonly arch: "amd64" | "arm64";
}

/**
 * The machine that this runs on.
 * @throws UserError on anything but Linux or macOS on amd64 or arm64.
 */
export function currentTarget(
  platform: NodeJS.Platform = process.platform,
  arch: NodeJS.Architecture = process.arch,
): Target {
  const goArch = arch === "x64" ? "amd64" : arch;
  if ((platform === "linux" || platform === "darwin") && (goArch === "amd64" || goArch === "arm64")) {
    return { os: platform, arch: goArch };
  }
  throw new UserError(
    `Slipway runs on Linux and macOS, on amd64 and arm64; this machine is ${platform} ${arch}.\n  On Windows, use it inside WSL 2.`,
  );
}
