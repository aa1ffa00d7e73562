/**
 * `npm run build:flags [-- <folder>]`: the npm package that applications install, in `dist/slipway`: JavaScript with types, and of
 * Slipway's dependencies only those that the flags import. Node strips no types below node_modules, so that the sources themselves would
 * not run there.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..", "..");
const output = path.resolve(process.argv[2] ?? path.join(root, "dist", "slipway"));
const own = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

rmSync(output, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [path.join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.flags.json", "--outDir", output],
  { cwd: root, stdio: "inherit" },
);
copyFileSync(path.join(root, "LICENSE"), path.join(output, "LICENSE"));
const entry = "./delivery/flags/index";
const manifest = {
  name: own.name,
  version: own.version,
  description: "Feature flags of Slipway, as an OpenFeature provider",
  license: own.license,
  type: "module",
  engines: { node: ">=22" },
  exports: { "./flags": { types: `${entry}.d.ts`, default: `${entry}.js` } },
  ...dependencies(),
};
writeFileSync(path.join(output, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${output} is ready. In the application: npm install "$(npm pack --silent ${output})"`);

/**
 * What the emitted files import, in the versions that Slipway is tested with, and the types of it. OpenFeature is the application's own:
 * two copies of it would not know of each other's providers.
 * @throws Error for an import that package.json does not name.
 */
function dependencies(): Record<"dependencies" | "peerDependencies", Record<string, string>> {
  const code = importedBy(/\.js$/).map((name): [string, string] => {
    const version: unknown = own.dependencies[name];
    if (typeof version !== "string") throw new Error(`${name} is imported and is no dependency in package.json.`);
    return [name, version];
  });
  const types = importedBy(/\.d\.ts$/).flatMap((name): [string, string][] => {
    const version: unknown = own.devDependencies[`@types/${name}`];
    return typeof version === "string" ? [[`@types/${name}`, version]] : [];
  });
  const isPeer = ([name]: [string, string]) => name.startsWith("@openfeature/");
  return {
    dependencies: Object.fromEntries([...types, ...code.filter((dependency) => !isPeer(dependency))]),
    peerDependencies: Object.fromEntries(code.filter(isPeer).map(([name, version]) => [name, `^${version}`])),
  };
}

/** The packages that emitted files of a kind import. */
function importedBy(kind: RegExp): string[] {
  const files = readdirSync(output, { recursive: true, encoding: "utf8" }).filter((file) => kind.test(file));
  const names = files.flatMap((file) => {
    const text = readFileSync(path.join(output, file), "utf8");
    return [...text.matchAll(/(?:\bfrom|^import) "((?:@[^/"]+\/)?[^./"][^/"]*)[^"]*";$/gm)].map(
      ([, name]) => `${name}`,
    );
  });
  return [...new Set(names)].filter((name) => !name.startsWith("node:")).sort();
}
