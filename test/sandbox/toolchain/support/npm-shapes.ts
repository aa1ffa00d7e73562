import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** One property as the npm package types it, or as the plugin takes it (`pulumi-resource-aws -shapes`). */
export interface Shape {
  /** string, number, boolean, asset, any or object; absent for several. */
  readonly type?: string;
  readonly of?: "list" | "map";
  readonly items?: Shape;
  /** The properties of an object; a function where they are read when they are asked for, since types may hold themselves. */
  readonly props?: Shapes | (() => Shapes);
  readonly input?: boolean;
  /** An object is taken as well, and written as JSON text. */
  readonly json?: boolean;
  /** Where the npm package declares it: `types/input.d.ts#lb.ListenerDefaultAction.type`. */
  readonly declared?: string;
}

/** The properties of something, by name. */
export type Shapes = Readonly<Record<string, Shape>>;

/** The properties of an object, or of the objects that there are several of. */
export function propertiesOf(shape: Shape): Shapes | undefined {
  const props = shape.props ?? (shape.items && propertiesOf(shape.items));
  return typeof props === "function" ? props() : props;
}

/** What a shape is without its properties: `string`, `list<object>`. */
export function kindOf(shape: Shape): string {
  return shape.of ? `${shape.of}<${shape.items ? kindOf(shape.items) : "?"}>` : (shape.type ?? "?");
}

/**
 * Reads, out of the type declarations of an npm package of Pulumi, the shapes of resources and functions. It reads syntax only:
 * the generated declarations know few forms.
 */
export class NpmShapes {
  private readonly root: string;
  private readonly sources = new Map<string, ts.SourceFile>();
  private readonly types: Record<"inputs" | "outputs", NestedTypes>;

  /** @param root folder of the package */
  constructor(root: string) {
    this.root = root;
    this.types = { inputs: this.nested("types/input.d.ts"), outputs: this.nested("types/output.d.ts") };
  }

  /** What a program may set on a resource, such as `ec2/Vpc`. */
  inputs(short: string): Shapes {
    const { file, name } = declarationOf(short);
    return this.ofInterface(file, `${name}Args`);
  }

  /** What a program may read from a resource. */
  outputs(short: string): Shapes {
    const { file, name } = declarationOf(short);
    const declared = this.source(file).statements.find(
      (node): node is ts.ClassDeclaration => ts.isClassDeclaration(node) && node.name?.text === name,
    );
    const own = declared?.members.filter(
      (member): member is ts.PropertyDeclaration =>
        ts.isPropertyDeclaration(member) && !member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword),
    );
    return this.members(own ?? [], `${file}#${name}`);
  }

  /** What a function takes, such as `ec2/getVpc`; nothing when it takes nothing. */
  arguments(short: string): Shapes {
    const { file, name } = declarationOf(short);
    return this.ofInterface(file, `${capital(name)}Args`);
  }

  /** What a function answers. */
  results(short: string): Shapes {
    const { file, name } = declarationOf(short);
    return this.ofInterface(file, `${capital(name)}Result`);
  }

  private ofInterface(file: string, name: string): Shapes {
    const declared = this.source(file).statements.find(
      (node): node is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(node) && node.name.text === name,
    );
    return this.members(declared?.members.filter(ts.isPropertySignature) ?? [], `${file}#${name}`);
  }

  private source(file: string): ts.SourceFile {
    let source = this.sources.get(file);
    if (!source) {
      const text = readFileSync(path.join(this.root, file), "utf8");
      source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
      this.sources.set(file, source);
    }
    return source;
  }

  /** Every interface of types/*.d.ts by its name with the namespace: `ec2.SecurityGroupIngress`. */
  private nested(file: string): NestedTypes {
    const byName = new Map<string, ts.InterfaceDeclaration>();
    const walk = (node: ts.Node, prefix: string): void => {
      if (ts.isInterfaceDeclaration(node)) byName.set(prefix + node.name.text, node);
      else if (ts.isModuleDeclaration(node))
        node.body?.forEachChild((child) => walk(child, `${prefix}${node.name.text}.`));
    };
    for (const node of this.source(file).statements) walk(node, "");
    return { file, byName };
  }

  private members(declared: readonly (ts.PropertySignature | ts.PropertyDeclaration)[], at: string): Shapes {
    const found: Record<string, Shape> = {};
    for (const member of declared) {
      const name = ts.isComputedPropertyName(member.name) ? member.name.getText() : member.name.text;
      if (member.type) found[name] = { ...this.shape(member.type), declared: `${at}.${name}` };
    }
    return found;
  }

  private shape(node: ts.TypeNode): Shape {
    if (ts.isArrayTypeNode(node)) return { of: "list", items: this.shape(node.elementType) };
    if (ts.isTypeLiteralNode(node)) {
      const index = node.members.find(ts.isIndexSignatureDeclaration);
      return index ? { of: "map", items: this.shape(index.type) } : { type: "object" };
    }
    if (ts.isUnionTypeNode(node)) return this.union(node.types);
    if (ts.isTypeReferenceNode(node)) return this.reference(node);
    if (ts.isParenthesizedTypeNode(node)) return this.shape(node.type);
    return { type: ts.isLiteralTypeNode(node) ? "string" : node.getText() };
  }

  /** A choice is text where it can be: what else it may be (a resource, an enum, a document) is turned into text. */
  private union(members: readonly ts.TypeNode[]): Shape {
    const real = members.filter((member) => member.getText() !== "undefined");
    const shapes = real.map((member) => this.shape(member));
    const text = shapes.find(({ type }) => type === "string");
    const json = real.some((member) => member.getText().endsWith("PolicyDocument"));
    return text ? { ...text, ...(json && { json }) } : (shapes[0] ?? { type: "any" });
  }

  private reference(node: ts.TypeReferenceNode): Shape {
    const name = node.typeName.getText();
    const [first] = node.typeArguments ?? [];
    if (first) return this.shape(first); // Input, Output
    if (name.startsWith("pulumi.asset.")) return { type: "asset" };
    const [, side, rest = ""] = /^(inputs|outputs)\.(.*)$/.exec(name) ?? [];
    // What is left are resources, taken by their identity, and enums.
    if (side !== "inputs" && side !== "outputs") return { type: "string" };
    const { file, byName } = this.types[side];
    const members = byName.get(rest)?.members.filter(ts.isPropertySignature) ?? [];
    return { type: "object", props: () => this.members(members, `${file}#${rest}`) };
  }
}

interface NestedTypes {
  readonly file: string;
  readonly byName: ReadonlyMap<string, ts.InterfaceDeclaration>;
}

/** The file that declares something, such as `ec2/vpc.d.ts` for `ec2/Vpc`. */
function declarationOf(short: string): { readonly file: string; readonly name: string } {
  const [module = "", name = ""] = short.split("/");
  const file = `${name[0]?.toLowerCase()}${name.slice(1)}.d.ts`;
  return { file: module === "index" ? file : `${module}/${file}`, name };
}

function capital(name: string): string {
  return `${name[0]?.toUpperCase()}${name.slice(1)}`;
}
