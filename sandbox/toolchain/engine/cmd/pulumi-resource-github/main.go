// Command pulumi-resource-github is the Pulumi plugin of package github: the real Terraform provider under the real
// Pulumi bridge, so that the npm package @pulumi/github works with it unchanged.
package main

import (
	"fmt"

	"github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

const (
	name = "github"
	// version is the version of npm's @pulumi/github that this plugin answers to: the engine looks it up by this.
	version = "6.15.0"
	// upstream is the Terraform provider's version, which it names to GitHub as its user agent.
	upstream = "6.13.0"
)

func main() {
	tfbridge.Main(name, version, provider(), packageSchema())
}

// provider describes how Terraform's names and shapes become Pulumi's. What is not said here follows the bridge's
// rules, which give the names and shapes of the npm package (main_test.go compares).
func provider() tfbridge.ProviderInfo {
	replaceInPlace := func() *tfbridge.ResourceInfo { return &tfbridge.ResourceInfo{DeleteBeforeReplace: true} }
	info := tfbridge.ProviderInfo{
		P:            sdkv2.NewProvider(github.NewProvider(upstream, "")()),
		Name:         name,
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Config: map[string]*tfbridge.SchemaInfo{
			"base_url": {Default: &tfbridge.DefaultInfo{EnvVars: []string{"GITHUB_BASE_URL"}, Value: "https://api.github.com/"}},
			"token":    {Default: &tfbridge.DefaultInfo{EnvVars: []string{"GITHUB_TOKEN"}}},
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			// GitHub refuses a second one of the same name, so the old one goes first.
			"github_actions_environment_secret":    replaceInPlace(),
			"github_repository_collaborator":       replaceInPlace(),
			"github_repository_deploy_key":         replaceInPlace(),
			"github_repository_autolink_reference": replaceInPlace(),
			// Terraform says at most one block of reviewers; the npm package has a list.
			"github_repository_environment": {
				Fields: map[string]*tfbridge.SchemaInfo{"reviewers": {MaxItemsOne: tfbridge.False()}},
			},
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"github_app": {Tok: "github:index/getGithubApp:getGithubApp"},
		},
	}
	info.MustComputeTokens(tokens.SingleModule(name+"_", "index", tokens.MakeStandard(name)))
	info.SetAutonaming(255, "-")
	return info
}

// packageSchema is the least that the bridge accepts: programs bring their own types with the npm package.
func packageSchema() []byte {
	return fmt.Appendf(nil, `{"name":%q,"version":%q}`, name, version)
}
