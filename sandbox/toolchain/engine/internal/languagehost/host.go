// Package languagehost is Pulumi's language host for Node.js: the program that the engine starts to run programs,
// plugins and policy packs written for Node. The vendor's own is not in a package registry; this one behaves like it
// wherever a user sees it. What it leaves out is listed in unsupported.go.
package languagehost

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
)

// Host answers the engine's calls.
type Host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	version        string
	stdout, stderr io.Writer
	ctx            context.Context // ends when everything that runs is to end
	cancel         context.CancelFunc

	mu     sync.Mutex
	engine string

	gone     chan struct{}
	goneOnce sync.Once
}

// New makes a host of that version, which lives as long as ctx. The engine's address may be empty: then the engine
// gives it with Handshake.
func New(ctx context.Context, version, engine string) *Host {
	ctx, cancel := context.WithCancel(ctx)
	host := &Host{
		version: version, stdout: os.Stdout, stderr: os.Stderr,
		ctx: ctx, cancel: cancel, gone: make(chan struct{}),
	}
	if engine != "" {
		host.follow(engine)
	}
	return host
}

// EngineGone is closed when nobody listens at the engine's address any more.
func (h *Host) EngineGone() <-chan struct{} { return h.gone }

// EndAll ends every program and plugin that runs.
func (h *Host) EndAll() { h.cancel() }

// Handshake takes the engine's address when it was not given on the command line.
func (h *Host) Handshake(
	_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.follow(request.GetEngineAddress())
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo tells the host's version.
func (h *Host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: h.version}, nil
}

// Cancel is EndAll for the engine; the host goes on answering.
func (h *Host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.EndAll()
	return &emptypb.Empty{}, nil
}

// follow remembers the engine's address and watches it.
func (h *Host) follow(engine string) {
	h.mu.Lock()
	h.engine = engine
	h.mu.Unlock()
	go func() {
		if err := awaitEngineGone(h.ctx, engine); err == nil {
			h.goneOnce.Do(func() { close(h.gone) })
		}
	}()
}

func (h *Host) engineAddress() (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.engine == "" {
		return "", errors.New("no engine address: give it on the command line, or call Handshake first")
	}
	return h.engine, nil
}

// during is a context that ends with the call or with the host.
func (h *Host) during(call context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(call)
	stop := context.AfterFunc(h.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// dial opens a connection to a server on this machine.
func dial(address string) (*grpc.ClientConn, error) {
	options := append(rpcutil.TracingInterceptorDialOptions(),
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	connection, err := grpc.NewClient(address, options...)
	if err != nil {
		return nil, fmt.Errorf("cannot reach %s: %w", address, err)
	}
	return connection, nil
}
