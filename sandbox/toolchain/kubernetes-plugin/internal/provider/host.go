package provider

import (
	"context"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"slipway.dev/kubernetes-plugin/internal/await"
)

// Host is the engine as a provider sees it: where messages go.
type Host interface {
	// Status shows a message beside the resource for as long as it is worked on.
	Status(ctx context.Context, urn resource.URN, message await.Message)
	// Log writes a message for good.
	Log(ctx context.Context, urn resource.URN, message await.Message)
}

type engineHost struct {
	engine pulumirpc.EngineClient
	// one message after the other, or they would be shown out of order
	order sync.Mutex
}

// Dial connects to the engine at an address.
func Dial(address string) (Host, error) {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	return &engineHost{engine: pulumirpc.NewEngineClient(connection)}, nil
}

func (h *engineHost) Status(ctx context.Context, urn resource.URN, message await.Message) {
	h.send(ctx, urn, message, true)
}

func (h *engineHost) Log(ctx context.Context, urn resource.URN, message await.Message) {
	h.send(ctx, urn, message, false)
}

func (h *engineHost) send(ctx context.Context, urn resource.URN, message await.Message, ephemeral bool) {
	severity := map[await.Severity]pulumirpc.LogSeverity{
		await.Info: pulumirpc.LogSeverity_INFO, await.Warning: pulumirpc.LogSeverity_WARNING, await.Error: pulumirpc.LogSeverity_ERROR,
	}[message.Severity]
	h.order.Lock()
	defer h.order.Unlock()
	// A message that does not arrive is no reason to stop the work it tells of.
	_, _ = h.engine.Log(ctx, &pulumirpc.LogRequest{Severity: severity, Message: message.Text, Urn: string(urn), Ephemeral: ephemeral})
}
