import { Ajv, type ValidateFunction } from "ajv";
import ajvFormats from "ajv-formats";
import { GitHubError, notFound } from "../errors.ts";
import type { OperationId } from "./answered.ts";
import { type Operation, type OperationsFile, readDescription } from "./description.ts";
import type { Json } from "./json-schema.ts";
import { explainRequestErrors } from "./request-errors.ts";

/** An answer of ours that GitHub's description does not allow: a defect of this server, never the caller's. */
export class InvalidAnswer extends Error {
  constructor(operation: OperationId, status: number, detail: string) {
    super(`the answer ${status} to ${operation} is not as GitHub describes it: ${detail}`);
    this.name = "InvalidAnswer";
  }
}

/** Query parameters by name, in the described types. */
type Query = Readonly<Record<string, unknown>>;

/** Judges requests and answers by GitHub's OpenAPI description. Each schema is compiled when it is first needed. */
export class Validator {
  readonly operations: OperationsFile["operations"];
  readonly #strict: Ajv;
  readonly #coercing: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(description: OperationsFile = readDescription()) {
    this.operations = description.operations;
    const document = { $id: "github", schemas: description.schemas };
    const options = { strict: false, validateSchema: false, validateFormats: true, addUsedSchema: false } as const;
    this.#strict = new Ajv({ ...options, allErrors: true });
    this.#coercing = new Ajv({ ...options, coerceTypes: true });
    for (const ajv of [this.#strict, this.#coercing]) {
      ajvFormats.default(ajv);
      ajv.addSchema(document);
    }
  }

  /**
   * Checks the path and query parameters and gives the query in the described types.
   * @throws GitHubError 404 for a path, 422 for a query that the operation does not know
   */
  parameters(id: OperationId, path: Readonly<Record<string, string>>, query: Readonly<Record<string, string>>): Query {
    const inPath = this.#parameterCheck(id, "path");
    if (!inPath({ ...path })) throw notFound();
    const inQuery = this.#parameterCheck(id, "query");
    const converted: Record<string, unknown> = { ...query };
    if (!inQuery(converted)) throw this.#refuse(id, inQuery, converted);
    return converted;
  }

  /**
   * Checks a request's body.
   * @param body undefined when the request had none
   * @returns the body as an object; an empty one when none was needed
   * @throws GitHubError 400 or 422
   */
  body(id: OperationId, body: unknown): Readonly<Record<string, unknown>> {
    const described = this.operations[id].body;
    if (!described) return {};
    if (body === undefined && !described.required) return {};
    const check = this.#compile(`${id} body`, this.#strict, described.schema);
    const given = body ?? {};
    if (typeof given !== "object" || Array.isArray(given)) throw new GitHubError(400, "Body should be a JSON object");
    if (!check(given)) throw this.#refuse(id, check, given);
    return given as Readonly<Record<string, unknown>>;
  }

  /** Checks an answer of ours. @throws InvalidAnswer */
  answer(id: OperationId, status: number, body: unknown): void {
    const schema = this.#answerSchema(id, status);
    if (schema === null) {
      if (body !== undefined) throw new InvalidAnswer(id, status, "it has a body");
      return;
    }
    const check = this.#compile(`${id} ${status}`, this.#strict, schema);
    if (!check(body)) {
      const details = (check.errors ?? []).slice(0, 5).map((error) => `${error.instancePath || "/"} ${error.message}`);
      throw new InvalidAnswer(id, status, details.join("; "));
    }
  }

  /** What the description says of a status. Refusals that it leaves out (401 everywhere) have GitHub's common shape. */
  #answerSchema(id: OperationId, status: number): Json | null {
    const described: Operation["answers"][string] | undefined = this.operations[id].answers[String(status)];
    if (described) return described;
    if (status >= 400) return { $ref: `github#/schemas/${status === 422 ? "validation-error" : "basic-error"}` };
    if (described === undefined) throw new InvalidAnswer(id, status, "this status is not described");
    return null;
  }

  /** A refusal with details, which some operations describe as plain sentences. */
  #refuse(id: OperationId, check: ValidateFunction, given: unknown): GitHubError {
    const details = explainRequestErrors(check.errors ?? [], given);
    const sentences = details.map((detail) => detail.message);
    const described = this.operations[id].answers["422"] as { readonly $ref?: string } | null | undefined;
    const isPlain = described?.$ref === "github#/schemas/validation-error-simple";
    return new GitHubError(422, `Invalid request.\n\n${sentences.join("\n")}`, isPlain ? sentences : details);
  }

  #parameterCheck(id: OperationId, kind: "path" | "query"): ValidateFunction {
    const wanted = this.operations[id].parameters.filter((parameter) => parameter.in === kind);
    return this.#compile(`${id} ${kind}`, this.#coercing, {
      type: "object",
      properties: Object.fromEntries(wanted.map((parameter) => [parameter.name, parameter.schema])),
      required: wanted.filter((parameter) => parameter.required).map((parameter) => parameter.name),
    });
  }

  #compile(key: string, ajv: Ajv, schema: Json): ValidateFunction {
    const known = this.#compiled.get(key);
    if (known) return known;
    const check = ajv.compile(schema as object);
    this.#compiled.set(key, check);
    return check;
  }
}
