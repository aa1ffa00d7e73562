// Command pulumi-resource-pulumi-nodejs starts the dynamic provider of a Node.js program. The engine looks for a
// plugin of this name whenever a program has a dynamic resource, and runs it in the program's directory; the provider
// itself is a module of the program's own Pulumi SDK.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"slipway.dev/engine/internal/nodejs"
	"slipway.dev/engine/internal/process"
)

const providerModule = nodejs.SDK + "/cmd/dynamic-provider"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println("1.0.0") // the provider's version is the SDK's, which only a program has
		return
	}
	code, err := launch(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-pulumi-nodejs:", err)
	}
	os.Exit(code)
}

// launch runs the provider to its end and returns its exit code. The provider ends with this process, and this
// process with the engine that started it, so that a killed engine leaves nobody behind at the database.
func launch(arguments []string) (code int, err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, end := context.WithCancel(ctx)
	defer end()
	gone := process.ParentGone(ctx)
	if engineRefuses(arguments) {
		return 1, errors.New("the engine is gone")
	}
	module, err := nodejs.Resolve(ctx, ".", providerModule)
	if err != nil {
		return 1, err
	}
	go func() {
		<-gone
		end()
	}()
	cmd := process.Command(ctx, module.Node, append([]string{module.Path}, arguments...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = process.Run(cmd)
	process.KillRest()
	return exitCode(ctx, err)
}

// engineRefuses closes the gap between this process's birth and its first look at its parent: an engine that died in
// between refuses connections at the address that it gave as first argument.
func engineRefuses(arguments []string) bool {
	if len(arguments) == 0 {
		return false
	}
	connection, err := net.DialTimeout("tcp", arguments[0], 5*time.Second)
	if err == nil {
		connection.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// exitCode passes the provider's own code on; one that died by a signal gets 128 plus the signal, as in a shell.
func exitCode(ctx context.Context, err error) (int, error) {
	if err == nil {
		return 0, nil
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return 1, err
	}
	state, _ := exit.Sys().(syscall.WaitStatus)
	switch {
	case !state.Signaled():
		return exit.ExitCode(), nil
	case ctx.Err() != nil:
		return 128 + int(state.Signal()), nil // we were told to end, and so was it
	default:
		return 128 + int(state.Signal()), fmt.Errorf("the dynamic provider was ended by signal %d (%v)",
			state.Signal(), state.Signal())
	}
}
