package languagehost

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"slipway.dev/engine/internal/testprogram"
)

// TestMain lets this test binary play node (see policy_test.go).
func TestMain(m *testing.M) {
	if os.Getenv("LANGUAGEHOST_TEST_NODE") != "" {
		playPolicyPack()
		return
	}
	os.Exit(m.Run())
}

// fakeEngine is a server at an engine's address that records the requests to debug.
type fakeEngine struct {
	pulumirpc.UnimplementedEngineServer
	address   string
	stop      func()
	debugging chan *pulumirpc.StartDebuggingRequest
}

func (e *fakeEngine) StartDebugging(
	_ context.Context, request *pulumirpc.StartDebuggingRequest,
) (*emptypb.Empty, error) {
	e.debugging <- request
	return &emptypb.Empty{}, nil
}

func startEngine(t *testing.T) *fakeEngine {
	t.Helper()
	engine := &fakeEngine{debugging: make(chan *pulumirpc.StartDebuggingRequest, 1)}
	engine.address, engine.stop = serve(t, func(server *grpc.Server) {
		pulumirpc.RegisterEngineServer(server, engine)
	})
	return engine
}

// testHost is a host behind gRPC, as the engine sees it.
type testHost struct {
	pulumirpc.LanguageRuntimeClient
	host   *Host
	engine *fakeEngine
	stdout *printed
	stderr *printed
}

func startHost(t *testing.T) *testHost {
	t.Helper()
	engine := startEngine(t)
	host := New(t.Context(), "1.2.3", engine.address)
	stdout, stderr := &printed{}, &printed{}
	host.stdout, host.stderr = stdout, stderr
	address, _ := serve(t, func(server *grpc.Server) { pulumirpc.RegisterLanguageRuntimeServer(server, host) })
	connection, err := dial(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return &testHost{pulumirpc.NewLanguageRuntimeClient(connection), host, engine, stdout, stderr}
}

func serve(t *testing.T, register func(*grpc.Server)) (address string, stop func()) {
	t.Helper()
	end := make(chan bool)
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: end,
		Init:   func(server *grpc.Server) error { register(server); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	stop = func() { once.Do(func() { close(end); <-server.Done }) }
	t.Cleanup(stop)
	return address127(server.Port), stop
}

// printed collects what is written, from any goroutine.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *printed) Write(chunk []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(chunk)
}

func (o *printed) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *printed) await(t *testing.T, text string) {
	t.Helper()
	eventually(t, "never saw "+text, func() bool { return strings.Contains(o.String(), text) })
}

// infoOf describes a test's program to the host.
func infoOf(t *testing.T, program *testprogram.Program, options map[string]any) *pulumirpc.ProgramInfo {
	t.Helper()
	encoded, err := structpb.NewStruct(options)
	if err != nil {
		t.Fatal(err)
	}
	return &pulumirpc.ProgramInfo{
		RootDirectory:    program.Directory,
		ProgramDirectory: program.Directory,
		EntryPoint:       ".",
		Options:          encoded,
	}
}

func eventually(t *testing.T, complaint string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(complaint)
		}
	}
}

func TestTheHostTellsItsVersion(t *testing.T) {
	info, err := startHost(t).GetPluginInfo(t.Context(), &emptypb.Empty{})
	if err != nil || info.GetVersion() != "1.2.3" {
		t.Errorf("got %v, %v", info, err)
	}
}

func TestAnEngineThatStopsIsNoticed(t *testing.T) {
	host := startHost(t)
	host.engine.stop()
	select {
	case <-host.host.EngineGone():
	case <-time.After(15 * time.Second):
		t.Error("the engine's end was not noticed")
	}
}

func TestHandshakeGivesTheEngineOfAHostThatWasStartedWithoutOne(t *testing.T) {
	program := testprogram.New(t, "")
	host := New(t.Context(), "1.2.3", "")
	request := &pulumirpc.RunRequest{Info: infoOf(t, program, nil)}
	if answer, err := host.Run(t.Context(), request); err != nil || !strings.Contains(answer.GetError(), "Handshake") {
		t.Errorf("before: %v, %v", answer, err)
	}
	engine := startEngine(t)
	if _, err := host.Handshake(t.Context(), &pulumirpc.LanguageHandshakeRequest{EngineAddress: engine.address}); err != nil {
		t.Fatal(err)
	}
	if answer, err := host.Run(t.Context(), request); err != nil || answer.GetError() != "" {
		t.Errorf("after: %v, %v", answer, err)
	}
}
