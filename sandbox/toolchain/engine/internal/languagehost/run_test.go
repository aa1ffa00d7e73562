package languagehost

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"slipway.dev/engine/internal/testprogram"
)

func address127(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

func run(t *testing.T, host *testHost, program *testprogram.Program, options map[string]any) *pulumirpc.RunResponse {
	t.Helper()
	answer, err := host.Run(t.Context(), &pulumirpc.RunRequest{
		MonitorAddress: "127.0.0.1:1", Info: infoOf(t, program, options),
	})
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestTheProgramGetsWhatTheSDKNeeds(t *testing.T) {
	program := testprogram.New(t, "")
	host := startHost(t)
	answer, err := host.Run(t.Context(), &pulumirpc.RunRequest{
		MonitorAddress: "127.0.0.1:1",
		Organization:   "org", Project: "project", Stack: "dev", DryRun: true, Parallel: 7,
		Args: []string{"--mine", "x"},
		Info: infoOf(t, program, map[string]any{"typescript": false}),
	})
	if err != nil || answer.GetError() != "" || answer.GetBail() {
		t.Fatal(answer, err)
	}
	want := []string{
		"--monitor", "127.0.0.1:1", "--engine", host.engine.address,
		"--organization", "org", "--project", "project", "--root-directory", program.Directory, "--stack", "dev",
		"--pwd", program.Directory, "--dry-run", "--parallel", "7", ".", "--mine", "x",
	}
	if got := program.Record().Arguments; !slices.Equal(got, want) {
		t.Errorf("arguments\n got %q\nwant %q", got, want)
	}
}

func TestSecretConfigurationIsMarkedAndInNoArgument(t *testing.T) {
	program := testprogram.New(t, "")
	_, err := startHost(t).Run(t.Context(), &pulumirpc.RunRequest{
		Config:           map[string]string{"slipway:password": "planted", "aws:region": "eu-west-1"},
		ConfigSecretKeys: []string{"slipway:password"},
		Info:             infoOf(t, program, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	record := program.Record()
	if got := record.Environment["PULUMI_CONFIG"]; got != `{"aws:config:region":"eu-west-1","slipway:config:password":"planted"}` {
		t.Errorf("PULUMI_CONFIG is %s", got)
	}
	if got := record.Environment["PULUMI_CONFIG_SECRET_KEYS"]; got != `["slipway:password"]` {
		t.Errorf("PULUMI_CONFIG_SECRET_KEYS is %s", got)
	}
	if strings.Contains(strings.Join(record.Arguments, " "), "planted") {
		t.Error("the secret stands on the command line")
	}
}

func TestAProgramWithoutConfigurationGetsEmptyLists(t *testing.T) {
	program := testprogram.New(t, "")
	run(t, startHost(t), program, nil)
	record := program.Record()
	if record.Environment["PULUMI_CONFIG"] != "{}" || record.Environment["PULUMI_CONFIG_SECRET_KEYS"] != "[]" {
		t.Errorf("got %s and %s", record.Environment["PULUMI_CONFIG"], record.Environment["PULUMI_CONFIG_SECRET_KEYS"])
	}
}

func TestRuntimeOptionsReachNodeAndTheSDK(t *testing.T) {
	program := testprogram.New(t, "")
	host := startHost(t)
	run(t, host, program, nil)
	if got := program.Record().Environment["PULUMI_NODEJS_TYPESCRIPT"]; got != "true" {
		t.Errorf("by default PULUMI_NODEJS_TYPESCRIPT is %q", got)
	}
	run(t, host, program, map[string]any{
		"typescript": false, "tsconfig": "tsconfig.pulumi.json", "nodeargs": `--stack-size=900 --title="a b"`,
	})
	record := program.Record()
	if got, set := record.Environment["PULUMI_NODEJS_TYPESCRIPT"]; set {
		t.Errorf("with typescript: false PULUMI_NODEJS_TYPESCRIPT is %q", got)
	}
	if got := record.Environment["PULUMI_NODEJS_TSCONFIG_PATH"]; got != "tsconfig.pulumi.json" {
		t.Errorf("PULUMI_NODEJS_TSCONFIG_PATH is %q", got)
	}
	if want := []string{"--stack-size=900", "--title=a b"}; !slices.Equal(record.NodeOptions, want) {
		t.Errorf("node options are %q", record.NodeOptions)
	}
}

func TestHowAProgramEnds(t *testing.T) {
	host := startHost(t)
	for text, want := range map[string]struct {
		bail bool
		says string
	}{
		"":                 {},
		"process.exit(32)": {bail: true}, // the SDK has told the user already
		"process.exit(3)":  {says: "Program exited with non-zero exit code: 3"},
		"process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1e6)": {says: "signal 9"},
		"process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1e6)": {says: "signal 15"},
		"console.error('FATAL ERROR: JavaScript heap out of memory'); process.exit(134)": {
			says: "NODE_OPTIONS=--max-old-space-size",
		},
	} {
		answer := run(t, host, testprogram.New(t, text), nil)
		if answer.GetBail() != want.bail || !strings.Contains(answer.GetError(), want.says) ||
			(want.says == "") != (answer.GetError() == "") {
			t.Errorf("%s: got bail %v, %q", text, answer.GetBail(), answer.GetError())
		}
	}
}

func TestWhatPreventsARunIsTheAnswer(t *testing.T) {
	host := startHost(t)
	empty := testprogram.New(t, "")
	if err := os.RemoveAll(filepath.Join(empty.Directory, "node_modules")); err != nil {
		t.Fatal(err)
	}
	if answer := run(t, host, empty, nil); !strings.Contains(answer.GetError(), "npm ci") {
		t.Errorf("without SDK: %q", answer.GetError())
	}
	wrong := run(t, host, testprogram.New(t, ""), map[string]any{"typescript": "no"})
	if !strings.Contains(wrong.GetError(), "typescript must be true or false") {
		t.Errorf("with a wrong option: %q", wrong.GetError())
	}
}

func TestWhatAProgramPrintsIsPassedOn(t *testing.T) {
	host := startHost(t)
	run(t, host, testprogram.New(t, `console.log("to stdout"); console.error("to stderr")`), nil)
	if host.stdout.String() != "to stdout\n" || host.stderr.String() != "to stderr\n" {
		t.Errorf("got %q and %q", host.stdout, host.stderr)
	}
}

// endless starts a grandchild, prints its id, and runs until it is ended.
const endless = `
const child = require("node:child_process").spawn("sleep", ["60"]);
console.log("started", child.pid);
setInterval(() => {}, 1e6);
`

func TestCancelEndsTheProgramAndWhatItStarted(t *testing.T) {
	host := startHost(t)
	result := make(chan error, 1)
	info := infoOf(t, testprogram.New(t, endless), nil)
	go func() {
		_, err := host.Run(t.Context(), &pulumirpc.RunRequest{Info: info})
		result <- err
	}()
	host.stdout.await(t, "started")
	grandchild, err := strconv.Atoi(strings.Fields(host.stdout.String())[1])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := host.Cancel(t.Context(), &emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	if err := <-result; status.Code(err) != codes.Canceled {
		t.Errorf("the cancelled run answered %v", err)
	}
	testprogram.AwaitEnd(t, grandchild)
}

func TestAttachingADebuggerTellsTheEngineWhere(t *testing.T) {
	host := startHost(t)
	program := testprogram.New(t, endless)
	go func() {
		_, _ = host.Run(t.Context(), &pulumirpc.RunRequest{Info: infoOf(t, program, nil), AttachDebugger: true})
	}()
	request := <-host.engine.debugging
	settings := request.GetConfig().AsMap()
	if settings["type"] != "node" || settings["request"] != "attach" || settings["port"] == nil {
		t.Errorf("settings are %v", settings)
	}
}
