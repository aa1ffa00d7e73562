import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { pulumiVersion, releaseArchive } from "../../../../sandbox/toolchain/parts.ts";
import { currentTarget } from "../../../../sandbox/toolchain/platform.ts";
import { script, temporaryFolder } from "../../../cli/support/temporary.ts";

/** The vendor's CLI, as far as it is used here: it tells its version and installs plugins. */
const pulumi = `
[ "$1" = version ] && echo v${pulumiVersion}
if [ "$1 $2 $3" = "plugin install resource" ]; then
  [ -z "$FAKE_NO_PLUGINS" ] || exit 1
  folder=$PULUMI_HOME/plugins/resource-$4-v$5
  mkdir -p "$folder" && cp "$0" "$folder/pulumi-resource-$4"
fi
exit 0`;

/** How the vendor's site behaves. */
export type Behaviour = "good" | "unknown version" | "other archives" | "wrong checksum" | "breaks off" | "silent";

/** The vendor's download site on 127.0.0.1. */
export class Vendor {
  behaviour: Behaviour = "good";
  readonly requests: string[] = [];
  private readonly archive: Buffer;
  private readonly server: Server;

  private constructor() {
    const folder = temporaryFolder();
    script(path.join(folder, "pulumi", "pulumi"), pulumi);
    script(path.join(folder, "pulumi", "pulumi-language-nodejs"), "exit 0");
    script(path.join(folder, "pulumi", "pulumi-resource-pulumi-nodejs"), "exit 0");
    execFileSync("tar", ["-czf", path.join(folder, "archive"), "-C", folder, "pulumi"]);
    this.archive = readFileSync(path.join(folder, "archive"));
    this.server = createServer((request, response) => this.answer(request.url ?? "", response));
  }

  static async open(): Promise<Vendor> {
    const vendor = new Vendor();
    await new Promise<void>((resolve) => vendor.server.listen(0, "127.0.0.1", resolve));
    return vendor;
  }

  get site(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/releases`;
  }

  /** The list of checksums as it is served. */
  get checksums(): string {
    const name =
      this.behaviour === "other archives" ? "pulumi-v1.0.0-plan9-mips.tar.gz" : releaseArchive(currentTarget());
    const content = this.behaviour === "wrong checksum" ? "something else" : this.archive;
    return `${"0".repeat(64)}  pulumi-v0.0.0-linux-x64.tar.gz\n${createHash("sha256").update(content).digest("hex")}  ${name}\n`;
  }

  private answer(url: string, response: ServerResponse): void {
    this.requests.push(url);
    if (this.behaviour === "silent") return;
    if (this.behaviour !== "unknown version" && url === `/releases/sdk/pulumi-${pulumiVersion}-checksums.txt`) {
      response.end(this.checksums);
    } else if (url === `/releases/sdk/${releaseArchive(currentTarget())}`) {
      response.setHeader("content-length", this.archive.length);
      if (this.behaviour !== "breaks off") response.end(this.archive);
      else response.write(this.archive.subarray(0, 100), () => response.destroy());
    } else {
      response.statusCode = 404;
      response.end();
    }
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
