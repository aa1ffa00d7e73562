import { execFileSync } from "node:child_process";
import {
  chownSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import path from "node:path";

/** The account that the tests' PostgreSQL runs as when the tests run as root. */
const nobody = 65534;
const chunk = Buffer.alloc(64 * 1024);

/** A file system in memory of a size of its own, that can be filled without harm to anybody. */
export class SmallDisk {
  /** A folder of PostgreSQL's on it. */
  readonly folder: string;
  readonly #root: string;
  #mounted = true;

  private constructor(root: string) {
    this.#root = root;
    this.folder = path.join(root, "space");
  }

  /** @returns why it cannot be had, where it cannot: mounting takes root on Linux, with the capability that containers may lack */
  static mount(mebibytes: number): SmallDisk | string {
    if (process.platform !== "linux" || process.getuid?.() !== 0)
      return "a file system is mounted by root on Linux only";
    const root = mkdtempSync("/var/tmp/slipway-test-disk-");
    const owner = `uid=${nobody},gid=${nobody},mode=755`;
    try {
      execFileSync("/bin/mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m,${owner}`, "slipway-test", root], {
        stdio: "pipe",
      });
    } catch (error) {
      rmSync(root, { recursive: true });
      return `root may mount nothing here: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`;
    }
    const disk = new SmallDisk(root);
    process.on("exit", () => disk.unmount());
    mkdirSync(disk.folder, { mode: 0o700 });
    chownSync(disk.folder, nobody, nobody);
    return disk;
  }

  /** Takes up what is free, or gives back of what it took, until so many bytes are left. */
  leave(bytes: number): void {
    const filler = openSync(path.join(this.#root, "filler"), "a");
    try {
      ftruncateSync(filler, 0);
      const { bavail, bsize } = statfsSync(this.#root);
      for (let rest = bavail * bsize - bytes; rest > 0; rest -= chunk.length)
        writeSync(filler, chunk, 0, Math.min(rest, chunk.length));
    } finally {
      closeSync(filler);
    }
  }

  /** Gives all room back. */
  free(): void {
    rmSync(path.join(this.#root, "filler"), { force: true });
  }

  /** What still has a file open there keeps it until it lets go. */
  unmount(): void {
    if (!this.#mounted) return;
    this.#mounted = false;
    execFileSync("/bin/umount", ["--lazy", this.#root]);
    rmSync(this.#root, { recursive: true, force: true });
  }
}
