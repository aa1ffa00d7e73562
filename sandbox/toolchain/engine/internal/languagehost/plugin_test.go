package languagehost

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"slipway.dev/engine/internal/testprogram"
)

// ended is all that came from a plugin until its stream closed.
type ended struct {
	stdout, stderr string
	exitCode       int32
	err            error
}

func runPluginOf(ctx context.Context, host *testHost, request *pulumirpc.RunPluginRequest) ended {
	stream, err := host.RunPlugin(ctx, request)
	if err != nil {
		return ended{err: err}
	}
	var result ended
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return result
		}
		if err != nil {
			result.err = err
			return result
		}
		result.stdout += string(message.GetStdout())
		result.stderr += string(message.GetStderr())
		result.exitCode += message.GetExitcode()
	}
}

func TestAPluginsOutputAndExitCodeArePassedOn(t *testing.T) {
	host := startHost(t)
	program := testprogram.New(t, `console.log("1234"); console.error("careful"); process.exitCode = 7`)
	result := runPluginOf(t.Context(), host, &pulumirpc.RunPluginRequest{Info: infoOf(t, program, nil), Kind: "resource"})
	if result.stdout != "1234\n" || result.stderr != "careful\n" || result.exitCode != 7 || result.err != nil {
		t.Errorf("got %+v", result)
	}
}

func TestAPluginGetsItsDirectoryThenItsArgumentsAndOnlyTheGivenEnvironment(t *testing.T) {
	host := startHost(t)
	program, elsewhere := testprogram.New(t, ""), testprogram.New(t, "")
	t.Setenv("NOT_FOR_PLUGINS", "1")
	result := runPluginOf(t.Context(), host, &pulumirpc.RunPluginRequest{
		Info: infoOf(t, program, map[string]any{"typescript": false, "nodeargs": "--stack-size=900"}),
		Kind: "resource", Pwd: elsewhere.Directory, Args: []string{"127.0.0.1:1"}, Env: []string{"GIVEN=yes"},
	})
	if result.err != nil || result.exitCode != 0 {
		t.Fatal(result)
	}
	record := program.Record()
	if want := []string{program.Directory, "127.0.0.1:1"}; !slices.Equal(record.Arguments, want) {
		t.Errorf("arguments are %q", record.Arguments)
	}
	if record.Environment["GIVEN"] != "yes" || record.Environment["NOT_FOR_PLUGINS"] != "" {
		t.Errorf("environment is %v", record.Environment)
	}
	if record.Directory != elsewhere.Directory || !slices.Equal(record.NodeOptions, []string{"--stack-size=900"}) {
		t.Errorf("ran in %s with %q", record.Directory, record.NodeOptions)
	}
}

func TestAPluginEndsWithTheCallThatRunsIt(t *testing.T) {
	host := startHost(t)
	ctx, cancel := context.WithCancel(t.Context())
	stream, err := host.RunPlugin(ctx, &pulumirpc.RunPluginRequest{
		Info: infoOf(t, testprogram.New(t, `console.log(process.pid); setInterval(() => {}, 1e6)`), nil), Kind: "resource",
	})
	if err != nil {
		t.Fatal(err)
	}
	first, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	pid := number(t, string(first.GetStdout()))
	cancel()
	testprogram.AwaitEnd(t, pid)
}

func TestAPluginThatCannotStartSaysWhy(t *testing.T) {
	program := testprogram.New(t, "")
	program.InstallSDK("3.256.0", ">=999")
	result := runPluginOf(t.Context(), startHost(t), &pulumirpc.RunPluginRequest{
		Info: infoOf(t, program, nil), Kind: "resource",
	})
	if result.err == nil || !strings.Contains(result.err.Error(), "too old") {
		t.Errorf("got %v", result.err)
	}
}

func TestAPluginThatIsKilledIsAnErrorThatNamesTheSignal(t *testing.T) {
	program := testprogram.New(t, `process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1e6)`)
	result := runPluginOf(t.Context(), startHost(t), &pulumirpc.RunPluginRequest{
		Info: infoOf(t, program, nil), Kind: "resource",
	})
	if status.Code(result.err) != codes.Unknown || !strings.Contains(result.err.Error(), "signal 15") {
		t.Errorf("got %v", result.err)
	}
}
