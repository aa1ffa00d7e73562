package nodejs

import (
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/engine/internal/testprogram"
)

func TestAModuleIsFoundAsNodeFindsIt(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("deep/inside/index.js", "")
	module, err := Resolve(t.Context(), filepath.Join(program.Directory, "deep/inside"), SDK+"/cmd/run")
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(program.Directory, "node_modules/@pulumi/pulumi/cmd/run/index.js"); module.Path != want {
		t.Errorf("found %s, want %s", module.Path, want)
	}
	if module.SDKVersion != "3.256.0" {
		t.Errorf("SDK version %q", module.SDKVersion)
	}
}

func TestTheModuleIsFoundInAProgramThatIsAnESModule(t *testing.T) {
	program := testprogram.New(t, "")
	program.Write("package.json", `{"type":"module"}`)
	if _, err := Resolve(t.Context(), program.Directory, SDK+"/cmd/run"); err != nil {
		t.Error(err)
	}
}

func TestWhatIsMissingIsSaidWithItsRemedy(t *testing.T) {
	old := testprogram.New(t, "")
	old.InstallSDK("3.256.0", ">=999")
	empty := t.TempDir()
	for name, missing := range map[string]struct {
		directory, module string
		says              []string
	}{
		"a node that is new enough": {old.Directory, "/cmd/run", []string{"too old", ">=999", "PATH"}},
		"the SDK":                   {empty, "/cmd/run", []string{"not installed", empty, "npm ci", "pulumi install"}},
		"a module that an old SDK lacks": {
			testprogram.New(t, "").Directory, "/cmd/new", []string{"has no cmd/new", "npm install @pulumi/pulumi@latest"},
		},
		"the directory": {filepath.Join(empty, "gone"), "/cmd/run", []string{"directory", "gone"}},
	} {
		_, err := Resolve(t.Context(), missing.directory, SDK+missing.module)
		expectToSay(t, name, err, missing.says)
	}
}

func TestAMissingNodeIsSaidWithItsRemedy(t *testing.T) {
	program := testprogram.New(t, "")
	t.Setenv("PATH", t.TempDir())
	_, err := Resolve(t.Context(), program.Directory, SDK+"/cmd/run")
	expectToSay(t, "node", err, []string{"node is not on PATH", "install"})
}

func expectToSay(t *testing.T, name string, err error, words []string) {
	t.Helper()
	if err == nil {
		t.Errorf("without %s there was no error", name)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("without %s the error does not say %q: %v", name, word, err)
		}
	}
}

func TestTooOld(t *testing.T) {
	for _, test := range []struct {
		version, needs string
		want           bool
	}{
		{"20.11.0", ">=22", true},
		{"22.0.0", ">=22", false},
		{"22.17.9", ">= 22.18", true},
		{"22.18.0", ">=22.18.0", false},
		{"24.0.0", ">=22.18.0", false},
		{"21.0.0-nightly", ">=22", true},
		{"20.0.0", "^22 || >=24", false}, // npm's to judge
		{"20.0.0", "", false},
	} {
		if got := tooOld(test.version, test.needs); got != test.want {
			t.Errorf("tooOld(%q, %q) = %v", test.version, test.needs, got)
		}
	}
}
