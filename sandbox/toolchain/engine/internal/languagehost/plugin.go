package languagehost

import (
	"context"
	"fmt"
	"io"
	"os/exec"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"slipway.dev/engine/internal/nodejs"
	"slipway.dev/engine/internal/process"
)

const (
	pluginModule     = nodejs.SDK + "/cmd/run-plugin"
	policyPackModule = nodejs.SDK + "/cmd/run-policy-pack"
)

// RunPlugin runs a plugin written for Node (a provider, a component package) or a policy pack, until it ends or the
// engine drops the call. Its output is streamed, and its exit code passed on.
func (h *Host) RunPlugin(
	request *pulumirpc.RunPluginRequest, server grpc.ServerStreamingServer[pulumirpc.RunPluginResponse],
) error {
	ctx, done := h.during(server.Context())
	defer done()
	stream := pluginStream(server)
	_, stdout, stderr, err := rpcutil.MakeRunPluginStreams(stream, false)
	if err != nil {
		return err
	}
	cmd, attach, err := h.plugin(ctx, request)
	if err != nil {
		return err
	}
	cmd.Stderr = stderr
	if request.GetKind() == string(apitype.AnalyzerPlugin) {
		err = runPolicyPack(ctx, cmd, attach, stdout)
	} else {
		err = runPlugin(ctx, cmd, attach, stdout)
	}
	switch code := exitCode(err); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return status.Error(codes.Canceled, "the plugin was cancelled")
	case code > 0:
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)}})
	default:
		return status.Error(codes.Unknown, describe("Plugin", err))
	}
}

// plugin prepares the node process of a request.
func (h *Host) plugin(
	ctx context.Context, request *pulumirpc.RunPluginRequest,
) (cmd *exec.Cmd, attach attachment, err error) {
	directory := request.GetInfo().GetProgramDirectory()
	options, err := optionsOf(request.GetInfo())
	if err != nil {
		return nil, nil, err
	}
	isPolicyPack := request.GetKind() == string(apitype.AnalyzerPlugin)
	wanted := pluginModule
	if isPolicyPack {
		wanted = policyPackModule
	}
	module, err := nodejs.Resolve(ctx, directory, wanted)
	if err != nil {
		return nil, nil, err
	}
	arguments := options.NodeArguments
	attach = noAttachment
	if request.GetAttachDebugger() {
		engine, err := h.engineAddress()
		if err != nil {
			return nil, nil, err
		}
		var inspect []string
		if inspect, attach, err = debugger(engine, fmt.Sprintf("Pulumi: Plugin (%s)", request.GetName())); err != nil {
			return nil, nil, err
		}
		arguments = append(arguments, inspect...)
	}
	arguments = append(arguments, module.Path)
	if isPolicyPack {
		arguments = append(append(arguments, request.GetArgs()...), directory)
	} else {
		arguments = append(append(arguments, directory), request.GetArgs()...)
	}
	cmd = process.Command(ctx, module.Node, arguments...)
	cmd.Dir = request.GetPwd()
	if isPolicyPack {
		cmd.Dir = directory // packs read their own files from there
	}
	cmd.Env = append(request.GetEnv(), options.environment()...)
	return cmd, attach, nil
}

func runPlugin(ctx context.Context, cmd *exec.Cmd, attach attachment, stdout io.Writer) error {
	cmd.Stdout = stdout
	if err := process.Start(cmd); err != nil {
		return err
	}
	err := attach(ctx, cmd)
	if err != nil {
		_ = cmd.Cancel()
	}
	if ended := cmd.Wait(); err == nil {
		err = ended
	}
	return err
}
