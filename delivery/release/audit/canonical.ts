/**
 * The canonical text of JSON, by which two parties hash the same bytes. After RFC 8785: keys in order, no white space, JSON's shortest
 * escapes. It differs in two points, for PostgreSQL keeps what JavaScript cannot: keys are in the order of their UTF-8 bytes, and
 * numbers keep all their digits, as plain decimals without exponent (1.50e3 is 1500, and 1.0 is not 1), never "-0".
 *
 * `release.canonical` (store/migrations/0001_audit.up.sql) is the same in SQL; a test compares the two.
 */

/** A number as it was written, for JavaScript's would lose digits. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

const keepNumbers: Reviver = (_key, value, { source }) =>
  typeof value === "number" ? new NumberText(source ?? String(value)) : value;

/**
 * @param json any JSON text
 * @throws SyntaxError when it is none
 */
export function canonicalText(json: string): string {
  return write(JSON.parse(json, keepNumbers as Parameters<typeof JSON.parse>[1]));
}

/** The canonical text of plain data; what JSON leaves out (undefined) is left out. */
export function canonicalJson(value: unknown): string {
  return canonicalText(JSON.stringify(value));
}

function write(value: unknown): string {
  if (value instanceof NumberText) return plainDecimal(value.text);
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => byBytes(a, b));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`).join(",")}}`;
}

/** JavaScript's own order is that of the bytes but for what takes two units of UTF-16. */
function byBytes(a: string, b: string): number {
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

const surrogate = /[\ud800-\udfff]/;

/** "-1.505e2" as "-150.5". */
function plainDecimal(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  const before = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "";
  const after = point > 0 ? digits.slice(point) : digits.padStart(digits.length - point, "0");
  const integer = before.replace(/^0+(?=.)/, "") || "0";
  const magnitude = after === "" ? integer : `${integer}.${after}`;
  return /[1-9]/.test(magnitude) ? sign + magnitude : magnitude;
}
