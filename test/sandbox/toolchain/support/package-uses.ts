import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** What sources use of an npm package of Pulumi. */
export interface PackageUses {
  /** Tokens of resources and functions, each with one place that uses it. */
  readonly tokens: ReadonlyMap<string, string>;
  /** Properties that are set or read, as `Shape.declared` names them, each with one place. */
  readonly properties: ReadonlyMap<string, string>;
}

/**
 * Finds out, with the type checker, which resources, functions and properties of a package some sources use, however they
 * import and combine them.
 * @param files the sources
 * @param root folder of the package
 */
export function usesOfPackage(files: readonly string[], root: string): PackageUses {
  const tokens = new Map<string, string>();
  const properties = new Map<string, string>();
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ESNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: ["node"],
  });
  const checker = program.getTypeChecker();

  const noteProperty = (symbol: ts.Symbol | undefined, node: ts.Node): void => {
    for (const declaration of symbol?.declarations ?? []) {
      const owner = declaration.parent;
      if (!ts.isInterfaceDeclaration(owner) && !ts.isClassDeclaration(owner)) continue;
      const file = within(root, declaration);
      if (file && owner.name && symbol) properties.set(`${file}#${qualified(owner)}.${symbol.name}`, place(node));
    }
  };
  const noteToken = (declaration: ts.Node | undefined, node: ts.Node): void => {
    const file = declaration && within(root, declaration);
    if (!file) return;
    const script = readFileSync(path.join(root, file.replace(/\.d\.ts$/, ".js")), "utf8");
    const [, type, member] = /__pulumiType = '([^']+)'|runtime\.invoke(?:Output)?\("([^"]+)"/.exec(script) ?? [];
    const token = type ?? member;
    if (token?.includes("/")) tokens.set(token, place(node)); // not the provider itself
  };
  /** Names that a member of an object literal sets: several when it spreads what a planner made. */
  const namesOf = (member: ts.ObjectLiteralElementLike): string[] => {
    if (!ts.isSpreadAssignment(member))
      return member.name && !ts.isComputedPropertyName(member.name) ? [member.name.text] : [];
    const spread = checker.getPropertiesOfType(checker.getTypeAtLocation(member.expression));
    // What the package itself declares says what could be set, not what is.
    return spread
      .filter(({ declarations }) => !declarations?.some((node) => within(root, node)))
      .map(({ name }) => name);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node)) {
      noteToken(checker.getTypeAtLocation(node).symbol?.valueDeclaration, node);
    } else if (ts.isCallExpression(node)) {
      noteToken(checker.getResolvedSignature(node)?.declaration, node);
    } else if (ts.isPropertyAccessExpression(node)) {
      noteProperty(checker.getSymbolAtLocation(node.name), node);
    } else if (ts.isObjectLiteralExpression(node)) {
      const expected = checker.getContextualType(node);
      for (const member of node.properties) {
        for (const name of namesOf(member)) {
          for (const type of expected?.isUnion() ? expected.types : [expected])
            noteProperty(type?.getProperty(name), member);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const file of files) {
    const source = program.getSourceFile(file);
    if (source) visit(source);
  }
  return { tokens, properties };
}

/** The file of a declaration below the package's folder; undefined when it lies elsewhere. */
function within(root: string, node: ts.Node): string | undefined {
  const file = path.relative(root, node.getSourceFile().fileName);
  return file.startsWith("..") ? undefined : file;
}

/** A type's name with its namespaces: `lb.ListenerDefaultAction`. */
function qualified(node: ts.InterfaceDeclaration | ts.ClassDeclaration): string {
  const names = [node.name?.text ?? ""];
  for (let above: ts.Node = node.parent; !ts.isSourceFile(above); above = above.parent) {
    if (ts.isModuleDeclaration(above)) names.unshift(above.name.text);
  }
  return names.join(".");
}

function place(node: ts.Node): string {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${path.relative(process.cwd(), source.fileName)}:${line + 1}`;
}
