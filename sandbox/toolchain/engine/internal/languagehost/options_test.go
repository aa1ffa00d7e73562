package languagehost

import (
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

func parse(t *testing.T, given map[string]any) (Options, error) {
	t.Helper()
	encoded, err := structpb.NewStruct(given)
	if err != nil {
		t.Fatal(err)
	}
	return optionsOf(&pulumirpc.ProgramInfo{Options: encoded})
}

func TestOptionsHaveTheReleasedHostsDefaults(t *testing.T) {
	options, err := optionsOf(&pulumirpc.ProgramInfo{})
	want := Options{TypeScript: true, PackageManager: npm.AutoPackageManager, NodeArguments: []string{}}
	if err != nil || !reflect.DeepEqual(options, want) {
		t.Errorf("got %+v, %v", options, err)
	}
}

func TestOptionsAreRead(t *testing.T) {
	options, err := parse(t, map[string]any{
		"typescript": false, "tsconfig": "t.json", "nodeargs": "-a 'b c'", "packagemanager": "pnpm", "production": true,
		"someone-elses": 1,
	})
	want := Options{
		TSConfig: "t.json", NodeArguments: []string{"-a", "b c"}, PackageManager: npm.PnpmPackageManager, Production: true,
	}
	if err != nil || !reflect.DeepEqual(options, want) {
		t.Errorf("got %+v, %v", options, err)
	}
}

func TestAWrongOptionIsNamed(t *testing.T) {
	for key, value := range map[string]any{
		"typescript": "yes", "tsconfig": 1, "nodeargs": false, "packagemanager": "cargo", "production": "no",
	} {
		if _, err := parse(t, map[string]any{key: value}); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v gave %v", key, value, err)
		}
	}
	if _, err := parse(t, map[string]any{"nodeargs": "'open"}); err == nil {
		t.Error("an open quote was accepted")
	}
}
