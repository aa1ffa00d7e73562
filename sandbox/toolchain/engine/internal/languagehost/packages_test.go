package languagehost

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"slipway.dev/engine/internal/testprogram"
)

// required lists the packages of a program as name@version.
func required(t *testing.T, host *testHost, directory string) []string {
	t.Helper()
	answer, err := host.GetRequiredPackages(t.Context(), &pulumirpc.GetRequiredPackagesRequest{
		Info: &pulumirpc.ProgramInfo{ProgramDirectory: directory},
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, found := range answer.GetPackages() {
		if found.GetKind() != "resource" {
			t.Errorf("%s is of kind %q", found.GetName(), found.GetKind())
		}
		names = append(names, found.GetName()+"@"+found.GetVersion())
	}
	slices.Sort(names)
	return names
}

func expectPackages(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestEveryPackageThatDeclaresAPluginIsRequired(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("node_modules/@pulumi/random/package.json",
		`{"name":"@pulumi/random","version":"9.9.9","pulumi":{"resource":true,"name":"random","version":"4.21.2"}}`)
	program.Write("node_modules/@pulumi/aws/package.json",
		`{"name":"@pulumi/aws","version":"7.48.0","pulumi":{"resource":true}}`)
	program.Write("node_modules/@pulumi/policy/package.json",
		`{"name":"@pulumi/policy","version":"1.21.0","pulumi":{"resource":false}}`)
	program.Write("node_modules/third/package.json",
		`{"name":"third","version":"v1.0.0","pulumi":{"resource":true,"name":"party"}}`)
	program.Write("node_modules/@scope/nested/package.json", `{"name":"@scope/nested","version":"1.0.0"}`)
	program.Write("node_modules/@scope/nested/node_modules/@pulumi/aws/package.json",
		`{"name":"@pulumi/aws","version":"6.0.0","pulumi":{"resource":true}}`)
	expectPackages(t, required(t, startHost(t), program.Directory),
		"aws@v6.0.0", "aws@v7.48.0", "party@v1.0.0", "random@v4.21.2")
}

func TestServerAndParameterizationAreHandedOn(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("node_modules/p/package.json", `{"name":"p","version":"1.0.0","pulumi":{"resource":true,"name":"base",
		"server":"https://example.com","parameterization":{"name":"p","version":"2.0.0","value":"eA=="}}}`)
	answer, err := startHost(t).GetRequiredPackages(t.Context(), &pulumirpc.GetRequiredPackagesRequest{
		Info: &pulumirpc.ProgramInfo{ProgramDirectory: program.Directory},
	})
	if err != nil || len(answer.GetPackages()) != 1 {
		t.Fatal(answer, err)
	}
	found := answer.GetPackages()[0]
	if found.GetServer() != "https://example.com" || found.GetParameterization().GetName() != "p" ||
		found.GetParameterization().GetVersion() != "2.0.0" || string(found.GetParameterization().GetValue()) != "x" {
		t.Errorf("got %v", found)
	}
}

func TestWhatCannotBeReadIsPassedOver(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("node_modules/broken/package.json", `{`)
	program.Write("node_modules/nameless/package.json", `{"name":"nameless","version":"1.0.0","pulumi":{"resource":true}}`)
	program.Write("node_modules/@pulumi/versionless/package.json", `{"name":"@pulumi/versionless","pulumi":{"resource":true}}`)
	program.Write("node_modules/stray/file", "")
	program.Write("node_modules/.bin/tool", "")
	program.Write("node_modules/good/package.json", `{"name":"good","version":"1.0.0","pulumi":{"resource":true,"name":"good"}}`)
	expectPackages(t, required(t, startHost(t), program.Directory), "good@v1.0.0")
}

func TestPackagesOfTheWorkspaceAboveAreFoundButNotBeyondTheSDK(t *testing.T) {
	workspace := testprogram.New(t, "")
	declare := func(at, name string) {
		workspace.Write(filepath.Join(at, "node_modules", name, "package.json"),
			`{"name":"`+name+`","version":"1.0.0","pulumi":{"resource":true,"name":"`+name+`"}}`)
	}
	declare("", "beyond") // above the node_modules that holds the SDK of the inner workspace
	declare("inner", "hoisted")
	declare("inner/app", "own")
	workspace.Write("inner/node_modules/@pulumi/pulumi/package.json", `{"name":"@pulumi/pulumi","version":"3.256.0"}`)
	expectPackages(t, required(t, startHost(t), filepath.Join(workspace.Directory, "inner/app")), "hoisted@v1.0.0", "own@v1.0.0")
}

func TestALinkedPackageIsFoundOnceAndACircleEnds(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("lib/package.json", `{"name":"lib","version":"1.0.0","pulumi":{"resource":true,"name":"lib"}}`)
	for link, target := range map[string]string{
		"node_modules/lib":     "../lib",
		"node_modules/again":   "../lib",
		"lib/node_modules":     "../node_modules",
		"node_modules/nowhere": "../nowhere",
	} {
		if err := os.Symlink(target, filepath.Join(program.Directory, link)); err != nil {
			t.Fatal(err)
		}
	}
	expectPackages(t, required(t, startHost(t), program.Directory), "lib@v1.0.0")
}

func TestTheNeedsOfAPolicyPackAreNotTheProgramsNeeds(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("node_modules/pack/PulumiPolicy.yaml", "runtime: nodejs\n")
	program.Write("node_modules/pack/package.json", `{"name":"pack","version":"1.0.0"}`)
	program.Write("node_modules/pack/node_modules/@pulumi/aws/package.json",
		`{"name":"@pulumi/aws","version":"6.0.0","pulumi":{"resource":true}}`)
	expectPackages(t, required(t, startHost(t), program.Directory))
}

func TestSDKsOfDifferentMajorVersionsAreWarnedOf(t *testing.T) {
	host := startHost(t)
	program := testprogram.New(t, "")
	nested := "node_modules/old/node_modules/@pulumi/pulumi/package.json"
	program.Write("node_modules/old/package.json", `{"name":"old","version":"1.0.0"}`)
	program.Write(nested, `{"name":"@pulumi/pulumi","version":"3.1.0"}`)
	required(t, host, program.Directory)
	if host.stderr.String() != "" {
		t.Errorf("of two minor versions: %s", host.stderr)
	}
	program.Write(nested, `{"name":"@pulumi/pulumi","version":"2.0.0"}`)
	required(t, host, program.Directory)
	for _, word := range []string{"incompatible", "2.0.0", "3.256.0"} {
		if !strings.Contains(host.stderr.String(), word) {
			t.Errorf("the warning does not say %q: %s", word, host.stderr)
		}
	}
}
