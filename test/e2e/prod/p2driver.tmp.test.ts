import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { ProdContext } from "./context.ts";

const root = process.env.P2ROOT ?? "/tmp/p1";
const run = (cmd: string, extra: any = {}) =>
  new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", cmd], { cwd: root, env: { ...process.env, ...extra } });
    let stdout = "",
      stderr = "";
    child.stdout.on("data", (d) => (stdout += d));
    child.stderr.on("data", (d) => (stderr += d));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
class Fake extends ProdContext {
  fake: any;
  constructor() {
    super();
  }
  async bringUp() {
    const shell = (line: string, extra: any = {}) => run(line, extra);
    const checkout: any = {
      root,
      folder: "/tmp/p2d",
      shell,
      run: (args: string[], extra: any) =>
        run("node delivery/cli/main.ts " + args.map((a) => `'${a}'`).join(" "), extra),
      read: (f: string) => readFileSync(root + "/" + f, "utf8"),
      readAbsolute: (f: string) => readFileSync(f, "utf8"),
    };
    const out: any = await run('eval "$(node delivery/cli/main.ts env prod)" && env -0');
    const environment = Object.fromEntries(
      out.stdout
        .split("\0")
        .filter(Boolean)
        .map((l: string) => [l.slice(0, l.indexOf("=")), l.slice(l.indexOf("=") + 1)]),
    );
    const o: any = await run("pulumi stack output --json --stack prod", environment);
    (this as any).known = {
      checkout,
      up: { code: 0, stdout: "", stderr: "" },
      environment,
      outputs: JSON.parse(o.stdout),
    };
  }
  async dispose() {}
}
const which = process.env.BLOCK ?? "objects";
const mod = await import(`./${which}.ts`);
describe("driver", function () {
  this.timeout("10m");
  const prod = new Fake();
  before(() => prod.bringUp());
  for (const [n, f] of Object.entries(mod)) if (n.endsWith("Block")) (f as any)(prod);
});
