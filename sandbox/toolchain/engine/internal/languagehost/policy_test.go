package languagehost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"slipway.dev/engine/internal/testprogram"
)

// playPolicyPack is what this test binary does when it is started as node: it answers the host's question for the
// SDK, and then is a policy pack whose name tells how it was started.
func playPolicyPack() {
	if os.Args[1] == "-e" {
		answer, _ := json.Marshal(map[string]string{"node": "24.0.0", "sdk": "3.256.0", "path": "/sdk/" + os.Args[3]})
		fmt.Println(string(answer))
		return
	}
	if os.Getenv("LANGUAGEHOST_TEST_NODE") == "broken" {
		fmt.Fprintln(os.Stderr, "the pack cannot be loaded")
		os.Exit(1)
	}
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterAnalyzerServer(server, &pack{})
			return nil
		},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(server.Port)
	<-server.Done
}

type pack struct {
	pulumirpc.UnimplementedAnalyzerServer
}

func (p *pack) GetAnalyzerInfo(context.Context, *emptypb.Empty) (*pulumirpc.AnalyzerInfo, error) {
	directory, _ := os.Getwd()
	seen := append([]string{}, os.Args[1:]...)
	for _, name := range []string{"PULUMI_CONFIG", "PULUMI_NODEJS_STACK", "PULUMI_NODEJS_PROJECT", "PULUMI_NODEJS_DRY_RUN"} {
		seen = append(seen, name+"="+os.Getenv(name))
	}
	return &pulumirpc.AnalyzerInfo{Name: strings.Join(append(seen, "in "+directory), "\n")}, nil
}

// startPack starts a policy pack through the host and returns the port that the engine would call, and the stream.
func startPack(t *testing.T, mode string) (
	program *testprogram.Program, port int, stream grpc.ServerStreamingClient[pulumirpc.RunPluginResponse],
) {
	t.Helper()
	program = testprogram.New(t, "")
	bin := t.TempDir()
	if err := os.Symlink(os.Args[0], filepath.Join(bin, "node")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("LANGUAGEHOST_TEST_NODE", mode)
	stream, err := startHost(t).RunPlugin(t.Context(), &pulumirpc.RunPluginRequest{
		Info: infoOf(t, program, nil), Kind: "analyzer", Pwd: t.TempDir(), Args: []string{"127.0.0.1:1"},
		Env: []string{"LANGUAGEHOST_TEST_NODE=" + mode},
	})
	if err != nil {
		t.Fatal(err)
	}
	first, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	return program, number(t, string(first.GetStdout())), stream
}

func number(t *testing.T, text string) int {
	t.Helper()
	value, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func analyzer(t *testing.T, port int) pulumirpc.AnalyzerClient {
	t.Helper()
	connection, err := dial(address127(port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return pulumirpc.NewAnalyzerClient(connection)
}

func TestAPolicyPackIsToldTheStackThatItJudges(t *testing.T) {
	program, port, _ := startPack(t, "pack")
	client := analyzer(t, port)
	if _, err := client.ConfigureStack(t.Context(), &pulumirpc.AnalyzerStackConfigureRequest{
		Stack: "dev", Project: "slipway", DryRun: true, Config: map[string]string{"slipway:environment": "development"},
	}); err != nil {
		t.Fatal(err)
	}
	info, err := client.GetAnalyzerInfo(t.Context(), &emptypb.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/sdk/" + policyPackModule, "127.0.0.1:1", program.Directory,
		`PULUMI_CONFIG={"slipway:environment":"development"}`,
		"PULUMI_NODEJS_STACK=dev", "PULUMI_NODEJS_PROJECT=slipway", "PULUMI_NODEJS_DRY_RUN=true",
		"in " + program.Directory,
	}
	if got := strings.Split(info.GetName(), "\n"); !slices.Equal(got, want) {
		t.Errorf("the pack saw\n%q\nwant\n%q", got, want)
	}
}

func TestAPolicyPackWithoutAStackStartsToo(t *testing.T) {
	_, port, _ := startPack(t, "pack")
	info, err := analyzer(t, port).GetAnalyzerInfo(t.Context(), &emptypb.Empty{})
	if err != nil || !strings.Contains(info.GetName(), "PULUMI_CONFIG=\n") {
		t.Errorf("got %q, %v", info.GetName(), err)
	}
}

func TestAPolicyPackThatCannotBeLoadedEndsTheCallAndItsReasonIsStreamed(t *testing.T) {
	_, port, stream := startPack(t, "broken")
	if _, err := analyzer(t, port).GetAnalyzerInfo(t.Context(), &emptypb.Empty{}); err == nil {
		t.Error("the engine was not told")
	}
	var printed string
	var err error
	for err == nil {
		var message *pulumirpc.RunPluginResponse
		if message, err = stream.Recv(); err == nil {
			printed += string(message.GetStderr())
		}
	}
	if !strings.Contains(printed, "cannot be loaded") {
		t.Errorf("printed %q, then %v", printed, err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error("the call did not end by itself")
	}
}
