package languagehost

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// InstallDependencies serves `pulumi install`: it runs the program's package manager in its workspace and streams
// what that prints.
func (h *Host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest,
	server grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse],
) error {
	ctx, done := h.during(server.Context())
	defer done()
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(installStream(server), request.GetIsTerminal())
	if err != nil {
		return err
	}
	defer closer.Close() // a second Close does nothing
	options, err := optionsOf(request.GetInfo())
	if err != nil {
		return err
	}
	directory := request.GetInfo().GetProgramDirectory()
	if root, err := npm.FindWorkspaceRoot(directory); err == nil {
		directory = root
	} else if !errors.Is(err, npm.ErrNotInWorkspace) {
		return fmt.Errorf("cannot tell which workspace %s belongs to: %w", directory, err)
	}
	fmt.Fprintf(stdout, "Installing dependencies in %s...\n\n", directory)
	manager, err := npm.Install(ctx, options.PackageManager, directory, options.Production, stdout, stderr)
	if err != nil {
		if manager == "" {
			manager = "the package manager"
		}
		return fmt.Errorf("%s could not install the dependencies of %s: %w", manager, directory, err)
	}
	fmt.Fprint(stdout, "Finished installing dependencies\n\n")
	return closer.Close()
}
