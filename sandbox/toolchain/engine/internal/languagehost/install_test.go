package languagehost

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"slipway.dev/engine/internal/testprogram"
)

func install(t *testing.T, host *testHost, program *testprogram.Program) (printed string, err error) {
	t.Helper()
	stream, err := host.InstallDependencies(t.Context(), &pulumirpc.InstallDependenciesRequest{
		Info: infoOf(t, program, map[string]any{"packagemanager": "npm"}),
	})
	for err == nil {
		var message *pulumirpc.InstallDependenciesResponse
		if message, err = stream.Recv(); err == nil {
			printed += string(message.GetStdout()) + string(message.GetStderr())
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return printed, err
}

func TestInstallPutsTheDependenciesInPlaceAndStreamsWhatIsPrinted(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("lib/package.json", `{"name":"lib","version":"1.0.0"}`)
	program.Write("package.json", `{"name":"p","version":"1.0.0","dependencies":{"lib":"file:./lib"}}`)
	program.Write(".npmrc", "audit=false\nfund=false\noffline=true\n")
	printed, err := install(t, startHost(t), program)
	if err != nil {
		t.Fatal(printed, err)
	}
	if _, err := os.Stat(filepath.Join(program.Directory, "node_modules/lib/package.json")); err != nil {
		t.Error(err)
	}
	for _, words := range []string{"Installing dependencies", "added 1 package", "Finished"} {
		if !strings.Contains(printed, words) {
			t.Errorf("%q was not printed: %s", words, printed)
		}
	}
}

func TestAFailedInstallSaysWhereAndWhatNpmSaid(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("package.json", `{"name":"p","version":"1.0.0","dependencies":{"not-in-the-cache":"1.0.0"}}`)
	program.Write(".npmrc", "offline=true\n")
	printed, err := install(t, startHost(t), program)
	if err == nil || !strings.Contains(err.Error(), program.Directory) || !strings.Contains(printed, "not-in-the-cache") {
		t.Errorf("printed %q, error %v", printed, err)
	}
}

const lockFile = `{
  "name": "p",
  "version": "1.0.0",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": {
      "name": "p",
      "dependencies": {
        "direct": "^1.0.0"
      }
    },
    "node_modules/direct": {
      "version": "1.2.3",
      "resolved": "https://registry.npmjs.org/direct/-/direct-1.2.3.tgz",
      "dependencies": {
        "indirect": "2"
      }
    },
    "node_modules/indirect": {
      "version": "2.0.0",
      "resolved": "https://registry.npmjs.org/indirect/-/indirect-2.0.0.tgz"
    }
  }
}
`

func TestDependenciesAreListedByTheLockFile(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("package.json", `{"name":"p","version":"1.0.0","dependencies":{"direct":"^1.0.0"}}`)
	program.Write("package-lock.json", lockFile)
	host := startHost(t)
	for transitive, want := range map[bool]int{false: 1, true: 2} {
		answer, err := host.GetProgramDependencies(t.Context(), &pulumirpc.GetProgramDependenciesRequest{
			Info: infoOf(t, program, nil), TransitiveDependencies: transitive,
		})
		if err != nil || len(answer.GetDependencies()) != want {
			t.Errorf("transitive %v: %v, %v", transitive, answer, err)
		}
	}
}

func TestAboutNamesNodeAndThePackageManager(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("package.json", `{"name":"p"}`)
	program.Write("node_modules/typescript/package.json", `{"name":"typescript","version":"6.0.2"}`)
	about, err := startHost(t).About(t.Context(), &pulumirpc.AboutRequest{Info: infoOf(t, program, nil)})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(about.GetExecutable(), "node") || !strings.HasPrefix(about.GetVersion(), "v") ||
		about.GetMetadata()["packagemanager"] != "npm" || about.GetMetadata()["typescriptVersion"] != "6.0.2" {
		t.Errorf("got %v", about)
	}
}

func TestNewProjectsAreAskedForAPackageManagerOnlyWhenTheTemplateSaysNone(t *testing.T) {
	host := startHost(t)
	program := testprogram.New(t, "")
	for _, test := range []struct {
		options map[string]any
		prompts int
	}{{nil, 1}, {map[string]any{"packagemanager": "npm"}, 0}} {
		answer, err := host.RuntimeOptionsPrompts(t.Context(), &pulumirpc.RuntimeOptionsRequest{
			Info: infoOf(t, program, test.options),
		})
		if err != nil || len(answer.GetPrompts()) != test.prompts {
			t.Errorf("%v: %v, %v", test.options, answer, err)
		}
	}
}

func TestWhatIsLeftOutSaysWhereToFindIt(t *testing.T) {
	_, err := startHost(t).GeneratePackage(t.Context(), &pulumirpc.GeneratePackageRequest{})
	if status.Code(err) != codes.Unimplemented || !strings.Contains(err.Error(), "pulumi.com") {
		t.Errorf("got %v", err)
	}
}
