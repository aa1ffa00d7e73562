package languagehost

import (
	"context"
	"io"
	"os"
	"os/exec"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"slipway.dev/engine/internal/nodejs"
	"slipway.dev/engine/internal/process"
)

const runModule = nodejs.SDK + "/cmd/run"

// Run runs a program to its end. A program that failed is an answer, not an error of the call; only a cancelled call
// is one. The program talks to the engine's monitor directly: synchronous invokes, for which the vendor's host stands
// between the two, are not served, and SDK 3.256 makes none.
func (h *Host) Run(call context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	ctx, done := h.during(call)
	defer done()
	cmd, attach, err := h.program(ctx, request)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	// Behind an io.Writer of our own: node makes the file that it is given non-blocking, for every process that has it.
	cmd.Stdout = struct{ io.Writer }{h.stdout}
	memory := &memoryWatch{to: h.stderr}
	cmd.Stderr = memory
	err = process.Start(cmd)
	if err == nil {
		err = attach(ctx, cmd)
		if err != nil {
			_ = cmd.Cancel()
		}
		if ended := cmd.Wait(); err == nil {
			err = ended
		}
	}
	return outcome(ctx, err, memory.exhausted())
}

// program prepares the node process of a request.
func (h *Host) program(
	ctx context.Context, request *pulumirpc.RunRequest,
) (cmd *exec.Cmd, attach attachment, err error) {
	engine, err := h.engineAddress()
	if err != nil {
		return nil, nil, err
	}
	options, err := optionsOf(request.GetInfo())
	if err != nil {
		return nil, nil, err
	}
	module, err := nodejs.Resolve(ctx, request.GetInfo().GetProgramDirectory(), runModule)
	if err != nil {
		return nil, nil, err
	}
	configuration, err := configurationEnvironment(request)
	if err != nil {
		return nil, nil, err
	}
	arguments := options.NodeArguments
	attach = noAttachment
	if request.GetAttachDebugger() {
		var inspect []string
		if inspect, attach, err = debugger(engine, "Pulumi: Program (nodejs)"); err != nil {
			return nil, nil, err
		}
		arguments = append(arguments, inspect...)
	}
	arguments = append(append(arguments, module.Path), programArguments(engine, request)...)
	cmd = process.Command(ctx, module.Node, arguments...)
	cmd.Env = append(append(os.Environ(), configuration...), options.environment()...)
	return cmd, attach, nil
}
