import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import ts from "typescript";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { type Instruction, instructionsOf } from "./support/dockerfile.ts";

const instructions = instructionsOf(readFileSync(path.join(checkoutRoot, "Dockerfile"), "utf8"));
const ignored = readFileSync(path.join(checkoutRoot, ".dockerignore"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
const manifest = JSON.parse(readFileSync(path.join(checkoutRoot, "package.json"), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

const finalStage = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));

/** Whether Docker sends a file to the build at all: the last line that names it or a folder above it decides. */
function isSent(file: string): boolean {
  const deciding = ignored.findLast((line) => {
    const name = line.replace(/^!/, "");
    return name === "*" || file === name || file.startsWith(`${name}/`);
  });
  return deciding?.startsWith("!") ?? true;
}

/** Whether the image holds a file of the checkout: a COPY names it or a folder above it, and it is sent. */
function isInImage(file: string): boolean {
  const copied = finalStage
    .filter(({ name, text }) => name === "COPY" && !text.startsWith("--from"))
    .flatMap(({ text }) => text.split(" ").slice(0, -1));
  return isSent(file) && copied.some((name) => file === name || file.startsWith(`${name}/`));
}

/** What a module really imports: types are gone when it runs. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(path.join(checkoutRoot, file), "utf8");
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) {
      if (ts.isStringLiteral(node.moduleSpecifier)) found.push(node.moduleSpecifier.text);
    } else if (ts.isExportDeclaration(node) && !node.isTypeOnly && node.moduleSpecifier) {
      if (ts.isStringLiteral(node.moduleSpecifier)) found.push(node.moduleSpecifier.text);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [module] = node.arguments;
      if (module && ts.isStringLiteral(module)) found.push(module.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
}

/** Everything that the command line and the code of the domain reach, and the packages that they need. */
function reach() {
  const files = new Set<string>();
  const packages = new Map<string, string>();
  const open = globSync("delivery/**/*.ts", { cwd: checkoutRoot });
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    if (!file.endsWith(".ts")) continue;
    for (const module of importsOf(file)) {
      if (module.startsWith(".")) open.push(path.join(path.dirname(file), module));
      else if (!module.startsWith("node:")) {
        const words = module.split("/");
        packages.set(words.slice(0, module.startsWith("@") ? 2 : 1).join("/"), file);
      }
    }
  }
  return { files, packages };
}

const text = (name: string) => finalStage.findLast((instruction: Instruction) => instruction.name === name)?.text;

describe("the operator's image", () => {
  const { files, packages } = reach();

  it("holds every module that its commands reach", () => {
    assert.ok(files.has("delivery/cli/main.ts") && files.size > 50);
    assert.deepEqual(
      [...files].filter((file) => !existsSync(path.join(checkoutRoot, file)) || !isInImage(file)),
      [],
    );
  });

  it("holds every package that they import: none is a development dependency", () => {
    const missing = [...packages].filter(([name]) => !(name in manifest.dependencies));
    assert.deepEqual(
      missing.map(([name, file]) => `${name} in ${file}`),
      [],
    );
  });

  it("holds the data that they read: migrations, flags, its own version", () => {
    const data = [...globSync("migrations/*.sql", { cwd: checkoutRoot }), "delivery/flags.yaml", "package.json"];
    assert.ok(data.length > 4);
    for (const file of data) assert.ok(isInImage(file), file);
  });

  it("copies only what exists", () => {
    for (const { name, text: words } of instructions) {
      if (name !== "COPY" || words.startsWith("--from")) continue;
      for (const source of words.split(" ").slice(0, -1))
        assert.ok(existsSync(path.join(checkoutRoot, source)), source);
    }
  });

  it("holds no secret, no state, no test and no package of a laptop", () => {
    for (const file of [
      ".env",
      ".git/config",
      ".slipway/secrets/github-token",
      "node_modules/pg/package.json",
      "Pulumi.staging.yaml",
      "test/support/catalog.ts",
    ]) {
      assert.ok(!isInImage(file), file);
    }
  });

  it("is told apart what is sent by names alone, which this test can read", () => {
    for (const line of ignored) {
      assert.match(line, /^(\*|!?[\w./-]+)$/);
      const name = line.replace(/^!/, "");
      if (name !== "*") assert.ok(existsSync(path.join(checkoutRoot, name)), `${name} is gone`);
    }
    assert.equal(ignored[0], "*");
  });

  it("starts the command line as an account without rights, from a version that is named", () => {
    assert.equal(text("USER"), "10001:10001");
    assert.equal(text("HEALTHCHECK"), "NONE");
    const entry = JSON.parse(text("ENTRYPOINT") ?? "[]") as string[];
    assert.equal(entry[0], "node");
    assert.ok(statSync(path.join(checkoutRoot, entry[1] ?? "")).isFile());
    assert.match(
      instructions.find(({ name }) => name === "ARG")?.text ?? "",
      /^NODE_IMAGE=node:\d+\.\d+\.\d+-bookworm-slim$/,
    );
  });

  it("runs its command line from what is copied, and nothing else of the checkout", function () {
    this.timeout(30_000);
    const image = mkdtempSync(path.join(tmpdir(), "slipway-image-"));
    try {
      const sources = finalStage
        .filter(({ name, text: words }) => name === "COPY" && !words.startsWith("--from"))
        .flatMap(({ text: words }) => words.split(" ").slice(0, -1));
      for (const source of sources) {
        cpSync(path.join(checkoutRoot, source), path.join(image, source), {
          recursive: true,
          filter: (from) => isSent(path.relative(checkoutRoot, from)),
        });
      }
      symlinkSync(path.join(checkoutRoot, "node_modules"), path.join(image, "node_modules"));
      const entry = JSON.parse(text("ENTRYPOINT") ?? "[]") as string[];
      const { status, stderr, stdout } = spawnSync(process.execPath, [...entry.slice(1), "--help"], {
        cwd: image,
        encoding: "utf8",
        env: { PATH: process.env.PATH, HOME: image, NODE_ENV: "production" },
      });
      assert.equal(status, 0, stderr);
      assert.match(stdout, /Usage: slipway/);
    } finally {
      rmSync(image, { recursive: true, force: true });
    }
  });

  it("installs by the lock file, without development packages and without running their scripts", () => {
    const install = instructions.find(({ name, text: words }) => name === "RUN" && words.startsWith("npm"));
    assert.match(install?.text ?? "", /^npm ci --omit=dev .*--ignore-scripts/);
  });
});
