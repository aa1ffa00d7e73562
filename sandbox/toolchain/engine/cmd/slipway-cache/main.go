// Command slipway-cache is the sandbox's cache: a small server of Redis' protocol, in memory, on this machine only.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"slipway.dev/engine/internal/cache"
	"slipway.dev/engine/internal/process"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:6379", "`address` to listen on; port 0 takes a free one")
	parent := flag.Int("parent", 0, "end when the process of this `pid` has ended")
	passwordFile := flag.String("password-file", "", "`file` whose first line clients must AUTH with")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println(version())
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *listen, *parent, *passwordFile); err != nil {
		fmt.Fprintln(os.Stderr, "slipway-cache:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, listen string, parent int, passwordFile string) error {
	password, err := readPassword(passwordFile)
	if err != nil {
		return err
	}
	server, err := cache.Start(listen, password)
	if err != nil {
		return err
	}
	defer server.Close()
	fmt.Println("listening on", server.Address())
	var gone <-chan struct{} // nobody to watch: never
	if parent != 0 {
		gone = process.Gone(ctx, parent)
	}
	select {
	case <-ctx.Done():
	case <-gone:
	}
	return nil
}

// readPassword reads the first line of a file; no file is no password, an empty one is a mistake.
func readPassword(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	line = bytes.TrimRight(line, "\r")
	if len(line) == 0 {
		return "", errors.New(file + " is empty, but should hold the password")
	}
	return string(line), nil
}

// version is that of the server library.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/alicebob/miniredis/v2" {
				return module.Version + "+slipway"
			}
		}
	}
	return "0.0.0+slipway"
}
