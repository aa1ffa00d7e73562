package languagehost

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

const (
	engineInterval = time.Second
	// A machine that slept answers late, but it answers: only a refused connection is a dead engine.
	engineTimeout = 30 * time.Second
	// refusals in a row that make an engine dead
	engineRefusals = 2
)

// awaitEngineGone returns nil when nobody listens at the engine's address any more, and an error when ctx ended first
// or the address is no address.
func awaitEngineGone(ctx context.Context, address string) error {
	connection, err := dial(address)
	if err != nil {
		return err
	}
	defer connection.Close()
	health := grpc_health_v1.NewHealthClient(connection)
	for refused := 0; refused < engineRefusals; {
		if isRefused(ctx, health) {
			refused++
		} else {
			refused = 0
		}
		select {
		case <-time.After(engineInterval):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func isRefused(ctx context.Context, health grpc_health_v1.HealthClient) bool {
	ctx, cancel := context.WithTimeout(ctx, engineTimeout)
	defer cancel()
	_, err := health.Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	return status.Code(err) == codes.Unavailable
}
