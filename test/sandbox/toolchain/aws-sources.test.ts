import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../delivery/errors.ts";
import { prepareAwsModule, trimProvider } from "../../../sandbox/toolchain/aws-sources.ts";
import { moduleFolder } from "../../../sandbox/toolchain/fingerprint.ts";
import { temporaryFolder, write } from "../../cli/support/temporary.ts";

const modulePath = "github.com/hashicorp/terraform-provider-aws";
const sdk = "github.com/aws/aws-sdk-go-v2/service";
/** What the generated files begin with, long enough to look like them. */
const header = `// Code generated; DO NOT EDIT.\n${"// filler\n".repeat(60)}`;

/** A provider of four services, of which ec2 is made of organizations. */
function fakeProvider(): string {
  const root = temporaryFolder();
  const services = ["ec2", "organizations", "iam", "quicksight"];
  const files: Record<string, string> = {
    "go.mod": `module ${modulePath}\n\ngo 1.25.7\n\nrequire (\n\texample.com/many v1.0.0\n)\n`,
    "main.go": "package main\n",
    "xpprovider/xpprovider.go": "package xpprovider\n",
    "names/names.go": "package names\n",
    "version/version.go": "package version\n",
    "internal/service/shared.hcl": "shared",
    "internal/acctest/acctest.go": "package acctest\n",
    "internal/conns/awsclient_gen.go": [
      header,
      "import (\n",
      ...services.map((name) => `\t"${sdk}/${name}"\n`),
      '\t"example.com/errs"\n)\n\n',
      ...services.map(
        (name) =>
          `func (c *AWSClient) ${name.toUpperCase()}Client(ctx context.Context) *${name}.Client {\n\treturn 1\n}\n\n`,
      ),
    ].join(""),
    "internal/provider/sdkv2/service_packages_gen.go": [
      header,
      "import (\n",
      ...services.map((name) => `\t"${modulePath}/internal/service/${name}"\n`),
      ")\n\n\tv := []conns.ServicePackage{\n",
      ...services.map((name) => `\t\t${name}.ServicePackage(ctx),\n`),
      "\t}\n",
    ].join(""),
    "internal/backoff/backoff.go": `${header}package backoff\n\nimport (\n\t"time"\n)\n\nfunc Delay() {\n\treturn &delay{\n\t\tinitialDelay:   initialDelay,\n\t\tminTimeout:     minTimeout,\n\t\tpollInterval:   pollInterval,\n\t}\n}\n`,
    "internal/service/ec2/vpc.go": `package ec2\nimport "${modulePath}/internal/service/organizations"\n\tconn := meta.EC2Client(ctx)\n`,
    "internal/service/ec2/vpc_test.go": `import "${modulePath}/internal/service/quicksight"\n`,
    "internal/service/ec2/testdata/main.tf": "",
    "internal/service/organizations/account.go": "\tconn := meta.ORGANIZATIONSClient(ctx)\n",
    "internal/service/iam/role.go": "\tconn := meta.IAMClient(ctx)\n",
    "internal/service/quicksight/theme.go": "\tconn := meta.QUICKSIGHTClient(ctx)\n",
  };
  for (const [file, text] of Object.entries(files)) {
    // As Go's module cache has them.
    chmodSync(write(path.join(root, file), text), 0o444);
  }
  return root;
}

describe("the trimmed copy of the AWS provider", () => {
  it("holds the services that are wanted, those that they are made of, and nothing else of the others", () => {
    const copy = path.join(temporaryFolder(), "copy");
    trimProvider(fakeProvider(), ["ec2"], copy);
    assert.deepEqual(readdirSync(path.join(copy, "internal/service")).sort(), ["ec2", "organizations", "shared.hcl"]);
    const list = readFileSync(path.join(copy, "internal/provider/sdkv2/service_packages_gen.go"), "utf8");
    const clients = readFileSync(path.join(copy, "internal/conns/awsclient_gen.go"), "utf8");
    for (const name of ["ec2", "organizations"]) {
      assert.ok(list.includes(`/internal/service/${name}"`) && list.includes(`\t\t${name}.ServicePackage(ctx),`));
      assert.ok(clients.includes(`"${sdk}/${name}"`) && clients.includes(`*${name}.Client {`));
    }
    for (const name of ["iam", "quicksight"]) {
      assert.ok(!list.includes(name), `the list of services names ${name}`);
      assert.ok(!clients.includes(name), `the list of clients names ${name}`);
    }
    assert.ok(clients.includes('"example.com/errs"'), "other imports stay");
  });

  it("leaves out tests and requirements, which would have everything fetched", () => {
    const copy = path.join(temporaryFolder(), "copy");
    trimProvider(fakeProvider(), ["ec2"], copy);
    for (const file of [
      "main.go",
      "internal/acctest",
      "internal/service/ec2/vpc_test.go",
      "internal/service/ec2/testdata",
    ])
      assert.ok(!existsSync(path.join(copy, file)), file);
    assert.equal(readFileSync(path.join(copy, "go.mod"), "utf8"), `module ${modulePath}\ngo 1.25.7`);
  });

  it("waits as long as the provider does for AWS, and not for a local one", () => {
    const copy = path.join(temporaryFolder(), "copy");
    trimProvider(fakeProvider(), ["ec2"], copy);
    const text = readFileSync(path.join(copy, "internal/backoff/backoff.go"), "utf8");
    assert.ok(text.includes(`"${modulePath}/internal/localaws"`));
    for (const name of ["initialDelay", "minTimeout", "pollInterval"])
      assert.ok(text.includes(`localaws.Wait(${name}),`), name);
    assert.ok(existsSync(path.join(copy, "internal/localaws/localaws.go")));
  });

  it("is refused for a service that the provider does not have, by its name", () => {
    assert.throws(
      () => trimProvider(fakeProvider(), ["ec2", "s4"], path.join(temporaryFolder(), "copy")),
      (error: unknown) =>
        error instanceof UserError && error.message.startsWith('The AWS provider has no service "s4"'),
    );
  });

  it("is refused when the provider's lists are not made as expected, rather than compiled with all services", () => {
    const provider = fakeProvider();
    const list = path.join(provider, "internal/provider/sdkv2/service_packages_gen.go");
    chmodSync(list, 0o644);
    write(list, `${header}var all = load()\n`);
    assert.throws(
      () => trimProvider(provider, ["ec2"], path.join(temporaryFolder(), "copy")),
      /service_packages_gen\.go is not made as expected/,
    );
  });

  it("is what the build uses, by a go.mod beside which Go finds the committed checksums", async () => {
    const provider = fakeProvider();
    for (const name of ["ec2", "iam"]) assert.ok(existsSync(path.join(provider, "internal/service", name)));
    const work = temporaryFolder();
    const calls: string[] = [];
    const go = {
      run: async (args: readonly string[]) => {
        calls.push(args.join(" "));
        // The services that tokens.json lists, in the least that a provider can be made of.
        const tokens = JSON.parse(
          readFileSync(path.join(moduleFolder("aws"), "cmd/pulumi-resource-aws/tokens.json"), "utf8"),
        );
        for (const name of Object.keys(tokens as object))
          mkdirSync(path.join(provider, "internal/service", name), { recursive: true });
        return args[0] === "list" ? [provider] : [];
      },
    };
    const [flag = ""] = await prepareAwsModule(go, work, () => {});
    assert.deepEqual(calls, [`mod download ${modulePath}`, `list -m -f {{.Dir}} ${modulePath}`]);
    const file = flag.replace("-modfile=", "");
    const trimmed = /^replace github\.com\/hashicorp\/terraform-provider-aws => (\S+)$/m.exec(
      readFileSync(file, "utf8"),
    );
    assert.ok(existsSync(path.join(trimmed?.[1] ?? "", "go.mod")), "it leads to the copy");
    assert.equal(
      readFileSync(file.replace(/\.mod$/, ".sum"), "utf8"),
      readFileSync(path.join(moduleFolder("aws"), "go.sum"), "utf8"),
    );
  });

  it("is made of a provider that go.sum pins by its content", () => {
    const [goMod, goSum] = ["go.mod", "go.sum"].map((file) =>
      readFileSync(path.join(moduleFolder("aws"), file), "utf8"),
    );
    const replaced = /^replace github\.com\/hashicorp\/terraform-provider-aws => (\S+ v\S+)$/m.exec(goMod ?? "")?.[1];
    assert.ok(replaced, "the replacement is a version in a registry, not a folder of somebody's machine");
    assert.match(goSum ?? "", new RegExp(`^${replaced.replaceAll(".", "\\.")} h1:\\S{44}$`, "m"));
  });
});
