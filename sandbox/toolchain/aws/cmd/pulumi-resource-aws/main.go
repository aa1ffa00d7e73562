// Command pulumi-resource-aws is the Pulumi plugin of package aws, trimmed: the real Terraform provider under the real
// Pulumi bridge, with the services of tokens.json only. The npm package @pulumi/aws works with it unchanged, for these.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"

	"slipway.dev/aws/internal/localaws"
)

const (
	name = "aws"
	// version is the version of npm's @pulumi/aws that this plugin answers to: the engine looks it up by this.
	version = "7.48.0"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-aws:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	localaws.UseProxy()
	info, err := provider(ctx)
	if err != nil {
		return err
	}
	// For the test that holds the shapes to those of the npm package.
	if len(arguments) == 1 && arguments[0] == "-shapes" {
		return json.NewEncoder(os.Stdout).Encode(shapesOf(info))
	}
	pf.MainWithMuxer(ctx, name, info, packageSchema())
	return nil
}

// packageSchema is the least that the bridge accepts: programs bring their own types with the npm package.
func packageSchema() []byte {
	return fmt.Appendf(nil, `{"name":%q,"version":%q}`, name, version)
}
