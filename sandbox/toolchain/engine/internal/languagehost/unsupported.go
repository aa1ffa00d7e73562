package languagehost

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// What writes code for Node.js is left out: a checkout is used, not generated, with this host.

// GenerateProject would serve `pulumi convert`.
func (h *Host) GenerateProject(
	context.Context, *pulumirpc.GenerateProjectRequest,
) (*pulumirpc.GenerateProjectResponse, error) {
	return nil, unsupported("convert projects to Node.js")
}

// GenerateProgram would serve `pulumi convert` and `pulumi import`.
func (h *Host) GenerateProgram(
	context.Context, *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	return nil, unsupported("generate programs (add --generate-code=false to `pulumi import`)")
}

// GeneratePackage would serve `pulumi package add` and `pulumi package gen-sdk`.
func (h *Host) GeneratePackage(
	context.Context, *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return nil, unsupported("generate SDKs")
}

// Pack would serve the packing of generated SDKs.
func (h *Host) Pack(context.Context, *pulumirpc.PackRequest) (*pulumirpc.PackResponse, error) {
	return nil, unsupported("pack SDKs")
}

// Link would serve `pulumi package add`.
func (h *Host) Link(context.Context, *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	return nil, unsupported("link SDKs")
}

func unsupported(what string) error {
	return status.Errorf(codes.Unimplemented,
		"Slipway's language host does not %s: use the vendor's Pulumi (https://www.pulumi.com/docs/install)", what)
}
