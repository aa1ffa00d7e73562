// Command pulumi-resource-random is the Pulumi plugin of package random: the real Terraform provider under the real
// Pulumi bridge, so that the npm package @pulumi/random works with it unchanged.
package main

import (
	"context"
	"fmt"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

const (
	name = "random"
	// version is the version of npm's @pulumi/random that this plugin answers to: the engine looks it up by this.
	version = "4.21.2"
)

func main() {
	info := provider()
	pf.Main(context.Background(), name, info, pf.ProviderMetadata{PackageSchema: packageSchema()})
}

// provider describes how Terraform's names and identities become Pulumi's.
func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            pf.ShimProvider(shim.NewProvider()),
		Name:         name,
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources: map[string]*tfbridge.ResourceInfo{
			// The only resource without an `id` of its own.
			"random_bytes": {ComputeID: tfbridge.DelegateIDField("base64", name, "https://github.com/pulumi/pulumi-random")},
		},
		EnableAccurateBridgePreview: true,
		EnableRawStateDelta:         true,
	}
	standard := tokens.MakeStandard(name)
	info.MustComputeTokens(tokens.SingleModule(name+"_", "index", func(module, resource string) (string, error) {
		return standard(module, "Random"+resource)
	}))
	return info
}

// packageSchema is the least that the bridge accepts: programs bring their own types with the npm package.
func packageSchema() []byte {
	return fmt.Appendf(nil, `{"name":%q,"version":%q}`, name, version)
}
