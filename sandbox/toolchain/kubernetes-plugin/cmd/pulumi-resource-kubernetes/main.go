// Command pulumi-resource-kubernetes is a Pulumi plugin of package kubernetes for the sandbox: ours, since the vendor's
// is in no registry. The npm package @pulumi/kubernetes works with it unchanged, for the objects of the Kubernetes API.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"slipway.dev/kubernetes-plugin/internal/provider"
)

// version is the version of npm's @pulumi/kubernetes that this plugin answers to: the engine looks it up by this.
const version = "4.34.2"

// engineInterval is how often the engine is asked whether it is still there.
const engineInterval = 5 * time.Second

func main() {
	logging.InitLogging(false, 0, false)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-kubernetes:", err)
		os.Exit(1)
	}
}

// serve answers the engine, whose address is the last argument, until either is ended.
func serve(ctx context.Context, arguments []string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var host provider.Host
	if len(arguments) > 0 {
		engine := arguments[len(arguments)-1]
		var err error
		if host, err = provider.Dial(engine); err != nil {
			return fmt.Errorf("the engine's address %q: %w", engine, err)
		}
		if err := rpcutil.Healthcheck(ctx, engine, engineInterval, cancel); err != nil {
			return fmt.Errorf("the engine at %q: %w", engine, err)
		}
	}
	end := make(chan bool)
	served, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: end,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(server, provider.New(version, host))
			return nil
		},
		Options: rpcutil.TracingServerInterceptorOptions(nil),
	})
	if err != nil {
		return err
	}
	fmt.Println(served.Port)
	select {
	case err := <-served.Done:
		return err
	case <-ctx.Done():
		return nil
	}
}
