package languagehost

import (
	"context"
	"fmt"
	"os/exec"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi-internal/netutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

// attachment is what is still to do once the node process runs, before it is waited for.
type attachment func(ctx context.Context, cmd *exec.Cmd) error

func noAttachment(context.Context, *exec.Cmd) error { return nil }

// inspectorPort is Node's own choice, and what editors try by themselves.
const inspectorPort = 9229

// debugger serves `pulumi up --attach-debugger`: node stops at its first line, and the engine is told where an editor
// can attach.
func debugger(engine, name string) (arguments []string, attach attachment, err error) {
	port, err := netutil.FindNextAvailablePort(inspectorPort)
	if err != nil {
		return nil, nil, fmt.Errorf("no free port for the debugger: %w", err)
	}
	attach = func(ctx context.Context, cmd *exec.Cmd) error {
		settings := map[string]any{
			"name": name, "type": "node", "request": "attach", "processId": cmd.Process.Pid, "port": port,
			"continueOnAttach": true, "skipFiles": []any{"<node_internals>/**"},
		}
		editor, err := structpb.NewStruct(settings)
		if err != nil {
			return fmt.Errorf("debugger settings: %w", err)
		}
		connection, err := dial(engine)
		if err != nil {
			return err
		}
		defer connection.Close()
		_, err = pulumirpc.NewEngineClient(connection).StartDebugging(ctx, &pulumirpc.StartDebuggingRequest{
			Config:  editor,
			Message: fmt.Sprintf("on process id %d and port %d", cmd.Process.Pid, port),
		})
		if err != nil {
			return fmt.Errorf("the engine could not start debugging: %w", err)
		}
		return nil
	}
	// The second flag keeps "Debugger listening on ..." off the program's output.
	return []string{fmt.Sprintf("--inspect-brk=%d", port), "--inspect-publish-uid=http"}, attach, nil
}
