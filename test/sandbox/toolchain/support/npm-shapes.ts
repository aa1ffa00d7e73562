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
  readonly required?: boolean;
  readonly json?: boolean;
}

/** The properties of something, by name. */
export type Shapes = Readonly<Record<string, Shape>>;

/** The properties of an object, or of the objects that there are several of. */
export function propertiesOf(shape: Shape): Shapes | undefined {
  const props = shape.props ?? (shape.items && propertiesOf(shape.items));
  return typeof props === "function" ? props() : props;
}

/**
 * Reads, out of the type declarations of an npm package of Pulumi, the shapes of resources and functions. It reads syntax only:
 * the generated declarations know few forms, and type-checking them would take half a minute.
 */
export class NpmShapes {
  private readonly root: string;
  private readonly sources = new Map<string, ts.SourceFile>();
  private readonly types: Record<"input" | "output", Map<string, ts.InterfaceDeclaration>>;

  constructor(root: string) {
    this.root = root;
    this.types = { input: this.nested("types/input.d.ts"), output: this.nested("types/output.d.ts") };
  }

  /** What a program may set on a resource, such as `ec2/Vpc`. */
  inputs(short: string): Shapes {
    const [module, name = ""] = split(short);
    return this.members(this.interfaceIn(fileOf(module, name), `${name}Args`));
  }

  /** What a program may read from a resource. */
  outputs(short: string): Shapes {
    const [module, name = ""] = split(short);
    const declared = this.source(fileOf(module, name)).statements.find(
      (node): node is ts.ClassDeclaration => ts.isClassDeclaration(node) && node.name?.text === name,
    );
    const found: Record<string, Shape> = {};
    for (const member of declared?.members ?? []) {
      if (!ts.isPropertyDeclaration(member) || !member.type) continue;
      if (member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)) continue;
      found[member.name.getText()] = this.shape(member.type);
    }
    return found;
  }

  /** What a function takes, such as `ec2/getVpc`. */
  arguments(short: string): Shapes {
    return this.ofFunction(short, "Args");
  }

  /** What a function answers. */
  results(short: string): Shapes {
    return this.ofFunction(short, "Result");
  }

  private ofFunction(short: string, suffix: string): Shapes {
    const [module, name = ""] = split(short);
    const title = `${name[0]?.toUpperCase()}${name.slice(1)}${suffix}`;
    return this.members(this.interfaceIn(fileOf(module, name), title));
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

  private interfaceIn(file: string, name: string): ts.InterfaceDeclaration | undefined {
    return this.source(file).statements.find(
      (node): node is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(node) && node.name.text === name,
    );
  }

  /** Every interface of types/*.d.ts by its name with the namespace: `ec2.SecurityGroupIngress`. */
  private nested(file: string): Map<string, ts.InterfaceDeclaration> {
    const found = new Map<string, ts.InterfaceDeclaration>();
    const walk = (node: ts.Node, prefix: string): void => {
      if (ts.isInterfaceDeclaration(node)) found.set(prefix + node.name.text, node);
      else if (ts.isModuleDeclaration(node) && node.body)
        node.body.forEachChild((child) => walk(child, `${prefix}${node.name.text}.`));
    };
    for (const node of this.source(file).statements) walk(node, "");
    return found;
  }

  private members(declared: ts.InterfaceDeclaration | undefined): Record<string, Shape> {
    const found: Record<string, Shape> = {};
    for (const member of declared?.members ?? []) {
      if (!ts.isPropertySignature(member) || !member.type) continue;
      found[member.name.getText().replaceAll(/["']/g, "")] = {
        ...this.shape(member.type),
        ...(!member.questionToken && { required: true }),
      };
    }
    return found;
  }

  private shape(node: ts.TypeNode): Shape {
    if (ts.isParenthesizedTypeNode(node)) return this.shape(node.type);
    if (ts.isArrayTypeNode(node)) return { of: "list", items: this.shape(node.elementType) };
    if (ts.isTypeLiteralNode(node)) {
      const index = node.members.find(ts.isIndexSignatureDeclaration);
      return index ? { of: "map", items: this.shape(index.type) } : { type: "object" };
    }
    if (ts.isUnionTypeNode(node)) return this.union(node.types);
    if (ts.isTypeReferenceNode(node)) return this.reference(node);
    const text = node.getText();
    return { type: ts.isLiteralTypeNode(node) ? "string" : text };
  }

  /** A choice is its first real member: the others are resources, enums and documents that become that one. */
  private union(members: readonly ts.TypeNode[]): Shape {
    const real = members.filter((member) => member.getText() !== "undefined");
    const shapes = real.map((member) => this.shape(member));
    const text = shapes.find(({ type }) => type === "string");
    const json = real.some((member) => /\bPolicyDocument$|\bRoutingRule\b/.test(member.getText()));
    return text ? { ...text, ...(json && { json }) } : (shapes[0] ?? { type: "any" });
  }

  private reference(node: ts.TypeReferenceNode): Shape {
    const name = node.typeName.getText();
    const [first] = node.typeArguments ?? [];
    if (["pulumi.Input", "pulumi.Output", "Promise"].includes(name) && first) return this.shape(first);
    if (/^pulumi\.asset\./.test(name)) return { type: "asset" };
    const [, side, rest = ""] = /^(inputs|outputs)\.(.*)$/.exec(name) ?? [];
    if (!side) return { type: "string" };
    const declared = this.types[side === "inputs" ? "input" : "output"].get(rest);
    return { type: "object", props: () => this.members(declared) };
  }
}

function split(short: string): string[] {
  return short.split("/");
}

function fileOf(module: string | undefined, name: string): string {
  const file = `${name[0]?.toLowerCase()}${name.slice(1)}.d.ts`;
  return module === "index" ? file : `${module}/${file}`;
}
