// Command pulumi-language-nodejs is Pulumi's language host for Node.js. The engine starts it from PATH with its own
// address, reads the port of this host's gRPC server from the first line of stdout, and calls it from then on.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"slipway.dev/engine/internal/languagehost"
	"slipway.dev/engine/internal/process"
)

func main() {
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.String("tracing", "", "accepted, because the engine may pass it, and ignored")
	flag.Parse()
	if *showVersion {
		fmt.Println(version())
		return
	}
	logging.InitLogging(false, 0, false)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := serve(ctx, flag.Arg(0))
	process.KillRest()
	process.EndOwnGroup()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
		os.Exit(1)
	}
}

// serve answers the engine until it is interrupted, cancelled, or the engine is gone.
func serve(ctx context.Context, engine string) error {
	host := languagehost.New(ctx, version(), engine)
	end := make(chan bool)
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: end,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
		Options: rpcutil.TracingServerInterceptorOptions(nil),
	})
	if err != nil {
		return err
	}
	fmt.Println(server.Port)
	patience := process.Grace + 2*time.Second
	select {
	case err := <-server.Done:
		return err
	case <-ctx.Done():
	case <-process.ParentGone(ctx):
		patience = time.Second // nobody is left to hear how the calls end
	case <-host.EngineGone():
		patience = time.Second
	}
	host.EndAll()
	close(end) // lets the calls under way finish, which they do as their children end
	select {
	case err := <-server.Done:
		return err
	case <-time.After(patience):
		return errors.New("a call did not end in time")
	}
}

// version is that of the Pulumi SDK that this host is built with, marked as Slipway's build.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/pulumi/pulumi/sdk/v3" {
				return module.Version + "+slipway"
			}
		}
	}
	return "0.0.0+slipway"
}
