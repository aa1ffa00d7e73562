import assert from "node:assert/strict";

/** A component of an iCalendar file as RFC 5545 (section 3.1) writes it; values are as they stand, still escaped. */
export interface Component {
  readonly name: string;
  readonly properties: readonly Property[];
  readonly components: readonly Component[];
}

interface Property {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly value: string;
}

/** Reads a file that holds one calendar, and fails on every line that the grammar does not know. */
export function parseIcs(file: string): Component {
  assert.ok(file.endsWith("\r\n"), "the last line has no end");
  const raw = file.slice(0, -2).split("\r\n");
  for (const line of raw) {
    assert.ok(Buffer.byteLength(line) <= 75, `more than 75 octets: ${line}`);
    assert.doesNotMatch(line, /[^\P{Cc}\t]/u, "a control character in a line");
  }
  const lines: string[] = [];
  for (const line of raw) {
    if (!line.startsWith(" ")) lines.push(line);
    else lines.push(`${lines.pop() ?? assert.fail("a first line that continues")}${line.slice(1)}`);
  }
  const root: Open = { name: "", properties: [], components: [] };
  const open: Open[] = [root];
  for (const line of lines) {
    const { name, parameters, value } = parseLine(line);
    const inner = open.at(-1) ?? assert.fail(`after the end: ${line}`);
    if (name === "BEGIN") {
      const component: Open = { name: value, properties: [], components: [] };
      inner.components.push(component);
      open.push(component);
    } else if (name === "END") {
      assert.equal(value, inner.name, "an end of what is not open");
      open.pop();
    } else {
      assert.notEqual(inner, root, `outside of the calendar: ${line}`);
      inner.properties.push({ name, parameters, value });
    }
  }
  assert.equal(open.length, 1, "a component without end");
  assert.equal(root.components.length, 1, "one calendar");
  return root.components[0] ?? assert.fail();
}

interface Open extends Component {
  readonly properties: Property[];
  readonly components: Open[];
}

/** `contentline = name *(";" param) ":" value`; a parameter's value in quotes may hold any of the separators. */
function parseLine(line: string): Property {
  const head = /^([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(.*)$/su.exec(line);
  assert.ok(head, `not a content line: ${line}`);
  const [, name = "", given = "", value = ""] = head;
  const parameters: Record<string, string> = {};
  for (const [, key = "", quoted, plain] of given.matchAll(/;([A-Z0-9-]+)=(?:"([^"]*)"|([^";:,]*))/gu)) {
    parameters[key] = quoted ?? plain ?? "";
  }
  return { name, parameters, value };
}
