import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { checkoutRoot } from "../../sandbox/paths.ts";

const folder = path.join(checkoutRoot, "migrations");

it("squawk finds nothing in the migrations that .squawk.toml does not explain", async () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".sql"));
  const squawk = path.join(checkoutRoot, "node_modules", ".bin", "squawk");
  await promisify(execFile)(squawk, ["--config", ".squawk.toml", "--reporter", "gcc", ...files], { cwd: folder });
});
