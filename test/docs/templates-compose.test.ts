import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { checkoutRoot } from "../../sandbox/paths.ts";

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[]; readonly interval: string; readonly retries: number };
}

const source = readFileSync(path.join(checkoutRoot, "compose.yaml"), "utf8");
const compose = parse(source, { strict: true, uniqueKeys: true }) as {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);

describe("compose.yaml", () => {
  it("offers what the source document offers", () => {
    assert.deepEqual(Object.keys(compose.services), ["postgres", "cache", "mail", "pgadmin", "backend", "frontend"]);
    const published = services.flatMap(([, { ports = [] }]) => ports.map((port) => port.split(":").at(-1)));
    assert.deepEqual(published, ["5432", "6379", "8025", "1025", "80", "8000", "3000"]);
  });

  it("starts the application only when it is asked for", () => {
    const withProfile = services.filter(([, { profiles }]) => profiles?.includes("application")).map(([name]) => name);
    assert.deepEqual(withProfile, ["backend", "frontend"]);
  });

  for (const [name, service] of services) {
    it(`reaches ${name} from this machine alone`, () => {
      for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:(\$\{[A-Z_]+:-\d+\}):\d+$/);
    });

    it(`knows when ${name} is ready, without a tool that its image may lack`, () => {
      const [kind, ...command] = service.healthcheck?.test ?? [];
      assert.ok(kind === "CMD" || kind === "CMD-SHELL");
      assert.doesNotMatch(command.join(" "), /\bcurl\b/);
    });

    it(`runs ${name} from a version that is named, or builds it`, () => {
      if (service.build) assert.equal(service.build.dockerfile, "Dockerfile.dev");
      else assert.match(service.image ?? "", /^[a-z/0-9]+:v?\d+(\.\d+)*(-alpine)?$/);
    });

    it(`waits in ${name} only for what exists and can say that it is ready`, () => {
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        assert.equal(condition, "service_healthy");
        assert.ok(compose.services[other]?.healthcheck, other);
      }
    });

    it(`keeps what ${name} stores in volumes that are declared`, () => {
      const named = (service.volumes ?? [])
        .map((volume) => volume.split(":")[0] ?? "")
        .filter((id) => /^[a-z]/.test(id));
      for (const id of named) assert.ok(id in compose.volumes, id);
    });

    it(`gives ${name} variables as text, since Compose refuses true and guesses numbers`, () => {
      for (const [key, value] of Object.entries(service.environment ?? {})) assert.equal(typeof value, "string", key);
    });
  }

  it("declares no volume that nobody uses", () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(":")[0]));
    for (const id of Object.keys(compose.volumes)) assert.ok(used.includes(id), id);
  });

  it("names every variable with a default, so that it starts without a file of settings", () => {
    // `$${...}` is the container's own variable.
    for (const [whole, name, rest] of source.matchAll(/(?<!\$)\$\{([A-Z_]+)([^}]*)\}/g)) {
      assert.match(rest ?? "", /^:-.+/, `${name} in ${whole}`);
    }
  });
});
