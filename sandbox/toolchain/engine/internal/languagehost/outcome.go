package languagehost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// reported is the exit code by which the SDK says: the user has already been told what is wrong.
const reported = 32

// outcome tells the engine how a program ended.
func outcome(ctx context.Context, err error, memoryExhausted bool) (*pulumirpc.RunResponse, error) {
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case ctx.Err() != nil:
		return nil, status.Error(codes.Canceled, "the program was cancelled")
	case exitCode(err) == reported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	}
	message := describe("Program", err)
	if memoryExhausted {
		message += ". It ran out of memory: give Node.js more, for example NODE_OPTIONS=--max-old-space-size=4096 (MB)"
	}
	return &pulumirpc.RunResponse{Error: message}, nil
}

// describe says in words how a process ended that should not have: by code, by signal, or never begun.
func describe(what string, err error) string {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return fmt.Sprintf("%s could not be run: %v", what, err)
	}
	if state, ok := exit.Sys().(syscall.WaitStatus); ok && state.Signaled() {
		message := fmt.Sprintf("%s was ended by signal %d (%v)", what, state.Signal(), state.Signal())
		if state.Signal() == syscall.SIGKILL {
			message += ", as the system does when memory is short"
		}
		return message
	}
	return fmt.Sprintf("%s exited with non-zero exit code: %d", what, exit.ExitCode())
}

// exitCode is the code of a process that exited by itself, else -1.
func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

// memoryWatch passes a program's stderr on and notices V8's last words.
type memoryWatch struct {
	to io.Writer

	mu   sync.Mutex
	tail []byte
	seen bool
}

var lastWords = []byte("JavaScript heap out of memory")

func (w *memoryWatch) Write(chunk []byte) (int, error) {
	w.mu.Lock()
	w.tail = append(w.tail, chunk...)
	w.seen = w.seen || bytes.Contains(w.tail, lastWords)
	if rest := len(w.tail) - len(lastWords); rest > 0 {
		w.tail = append(w.tail[:0], w.tail[rest:]...) // words may be split between two chunks
	}
	w.mu.Unlock()
	return w.to.Write(chunk)
}

func (w *memoryWatch) exhausted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen
}
