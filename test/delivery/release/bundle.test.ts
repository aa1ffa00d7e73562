import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { UserError } from "../../../delivery/errors.ts";
import { bundleDigest, differences, makeBundle } from "../../../delivery/release/bundle.ts";
import { build, deployable, digest, process } from "./fixture.ts";

const known = { process, features: ["new_dashboard", "ai_assistant"] };
const made = { by: "github:ada", at: "2026-12-01T10:00:00.000Z" };
const input = {
  version: "2.1.0",
  title: "Q4 Feature Release",
  deployables: { frontend: deployable("a"), database: deployable("b", false) },
  features: ["new_dashboard", "ai_assistant"],
  changelog: "## Frontend\n",
  migration: "0055_feature_flag_experiments",
};
const make = (more: object = {}) => makeBundle({ ...input, ...more }, known, made);

/** What is wrong with an input, and what the message has to say. */
const mistakes: Readonly<Record<string, { readonly more: object; readonly says: RegExp }>> = {
  "a deployable that nobody knows": {
    more: { deployables: { mobile: deployable("a") } },
    says: /deployables\.mobile is no deployable of the process. There are: frontend, backend, database, infrastructure/,
  },
  "a deployable called like a part of every object": {
    more: { deployables: { constructor: deployable("a") } },
    says: /deployables\.constructor is no deployable/,
  },
  "an image that is missing": {
    more: { deployables: { frontend: deployable("a", false) } },
    says: /frontend\.image is missing/,
  },
  "an image too many": { more: { deployables: { database: deployable("a") } }, says: /database\.image is given/ },
  "an image by its tag": {
    more: { deployables: { frontend: { ...deployable("a"), image: "frontend:1.2.3" } } },
    says: /frontend\.image must be "sha256:" and 64 hex digits/,
  },
  "a commit that is shortened": {
    more: { deployables: { frontend: { ...deployable("a"), commit: "abc1234" } } },
    says: /frontend\.commit must be a whole commit/,
  },
  "a version that nobody could order": { more: { version: "latest" }, says: /version must be a version/ },
  "a version with a leading zero": { more: { version: "1.02.3" }, says: /version must be a version/ },
  "a feature that nobody declared": {
    more: { features: ["new_dashbord"] },
    says: /"new_dashbord" is declared nowhere/,
  },
  "a migration by its file": { more: { migration: "0055_x.up.sql" }, says: /migration must be a migration/ },
  "nothing at all to bring": { more: { deployables: {} }, says: /must name a deployable/ },
  "a field that no bundle has": { more: { digest: digest("a") }, says: /digest/ },
};

describe("a bundle", () => {
  it("is what was given, under its digest, with its features as a set", () => {
    const bundle = make({ features: ["new_dashboard", "ai_assistant", "new_dashboard"] });
    assert.deepEqual(bundle, {
      digest: bundle.digest,
      ...input,
      features: ["ai_assistant", "new_dashboard"],
      createdBy: "github:ada",
      createdAt: "2026-12-01T10:00:00.000Z",
    });
    assert.match(bundle.digest, /^sha256:[0-9a-f]{64}$/);
  });

  it("is called by its version when nobody gives it a title", () => {
    assert.equal(make({ title: undefined }).title, "2.1.0");
  });

  for (const version of ["0.0.1", "1.2.3-rc.1", "1.2.3-develop.20261201", "abc1234", "a".repeat(40)]) {
    it(`may have the version ${version}`, () => assert.equal(make({ version }).version, version));
  }

  for (const [mistake, { more, says }] of Object.entries(mistakes)) {
    it(`is not made of ${mistake}`, () => {
      assert.throws(
        () => make(more),
        (error) => error instanceof UserError && says.test(error.message),
      );
    });
  }

  it("tells all that is wrong at once", () => {
    assert.throws(
      () => make({ deployables: { mobile: deployable("a"), frontend: deployable("a", false) }, features: ["x", "y"] }),
      (error) => error instanceof UserError && error.message.split("\n").length === 5,
    );
  });
});

describe("a bundle's digest", () => {
  it("is that of the form that is written down here, so that digests of old releases stay true", () => {
    const text =
      '{"changelog":"","deployables":{"database":{"commit":"' +
      `${"b".repeat(40)}","version":"1.0.0"},"frontend":{"commit":"${"a".repeat(40)}","image":"sha256:${"a".repeat(64)}","version":"1.0.0"}},` +
      '"features":["a","b"],"form":1,"title":"Q4 \u{1f680}","version":"2.1.0"}';
    const content = {
      title: "Q4 \u{1f680}",
      version: "2.1.0",
      deployables: input.deployables,
      features: ["b", "a"],
      changelog: "",
    };
    assert.equal(bundleDigest(content), `sha256:${createHash("sha256").update(text).digest("hex")}`);
  });

  it("does not depend on who made it, when, or in which order it was written", () => {
    const backwards = Object.fromEntries(
      Object.entries({ ...input, features: [...input.features].reverse() }).reverse(),
    );
    assert.equal(
      makeBundle(backwards, known, { by: "github:bob", at: "2027-01-01T00:00:00.000Z" }).digest,
      make().digest,
    );
    assert.equal(bundleDigest(make()), make().digest);
  });

  const changes: Readonly<Record<string, object>> = {
    title: { title: "Q5" },
    version: { version: "2.1.1" },
    changelog: { changelog: "" },
    features: { features: [] },
    migration: { migration: undefined },
    commit: { deployables: { ...input.deployables, database: deployable("c", false) } },
    image: { deployables: { ...input.deployables, frontend: { ...deployable("a"), image: digest("c") } } },
    "a deployable's version": {
      deployables: { ...input.deployables, frontend: { ...deployable("a"), version: "1.0.1" } },
    },
    "a deployable more": { deployables: { ...input.deployables, backend: deployable("a") } },
    "a deployable less": { deployables: { frontend: deployable("a") } },
  };
  it("changes with every part of the content, to a different one each", () => {
    const digests = [make(), ...Object.values(changes).map(make)].map((one) => one.digest);
    assert.equal(new Set(digests).size, digests.length);
  });
});

describe("what a bundle would change", () => {
  it("are the deployables whose image or, without one, whose commit is another, sorted", () => {
    const standing = build("a", "a", "a", "a");
    assert.deepEqual(differences({ deployables: build("a", "b", "b", "a") }, standing), ["backend", "database"]);
    assert.deepEqual(differences({ deployables: standing }, standing), []);
  });

  it("is everything before the first deployment, and nothing that it does not bring", () => {
    assert.deepEqual(differences({ deployables: { frontend: deployable("a") } }, {}), ["frontend"]);
    assert.deepEqual(differences({ deployables: {} }, build("a", "a", "a", "a")), []);
  });

  it("is not an image that was built again from another commit with the same result", () => {
    const rebuilt = { ...deployable("a"), commit: "c".repeat(40), version: "1.0.1" };
    assert.deepEqual(differences({ deployables: { frontend: rebuilt } }, { frontend: deployable("a") }), []);
  });

  it("are those that get an image or lose it, though the commit stays", () => {
    const [without, withImage] = [deployable("a", false), deployable("a")];
    assert.deepEqual(differences({ deployables: { backend: without } }, { backend: withImage }), ["backend"]);
    assert.deepEqual(differences({ deployables: { backend: withImage } }, { backend: without }), ["backend"]);
  });

  it("is what is left when the bundle's own are put in place: nothing, always", () => {
    const letters = fc.constantFrom("a", "b", "c");
    fc.assert(
      fc.property(
        fc.tuple(letters, letters, letters, letters),
        fc.tuple(letters, letters, letters, letters),
        (one, other) => {
          const [deployables, standing] = [build(...one), build(...other)];
          const changed = differences({ deployables }, standing);
          const after = {
            ...standing,
            ...Object.fromEntries(Object.entries(deployables).filter(([key]) => changed.includes(key))),
          };
          assert.deepEqual(differences({ deployables }, after), []);
        },
      ),
    );
  });
});
