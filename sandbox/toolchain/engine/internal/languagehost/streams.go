package languagehost

import (
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// oneAtATime lets the two goroutines that copy a child's stdout and stderr share one gRPC stream, which allows only
// one sender at a time.
type oneAtATime[Message any] struct {
	grpc.ServerStreamingServer[Message]
	mu sync.Mutex
}

// Send sends one message.
func (s *oneAtATime[Message]) Send(message *Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ServerStreamingServer.Send(message)
}

func pluginStream(
	stream grpc.ServerStreamingServer[pulumirpc.RunPluginResponse],
) *oneAtATime[pulumirpc.RunPluginResponse] {
	return &oneAtATime[pulumirpc.RunPluginResponse]{ServerStreamingServer: stream}
}

func installStream(
	stream grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse],
) *oneAtATime[pulumirpc.InstallDependenciesResponse] {
	return &oneAtATime[pulumirpc.InstallDependenciesResponse]{ServerStreamingServer: stream}
}
