package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-provider-aws/xpprovider"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/x/muxer"
	"github.com/pulumi/pulumi-terraform-bridge/v3/unstable/metadata"

	"slipway.dev/aws/internal/localaws"
)

// localRetries is how often a request to a local AWS is tried anew: what it cannot answer it will not learn, and the
// provider's 25 would make ten minutes of one refusal.
const localRetries = 2

// provider describes how Terraform's names and shapes become Pulumi's. What is not said here or in overrides.go follows
// the bridge's rules.
func provider(ctx context.Context) (tfbridge.ProviderInfo, error) {
	var info tfbridge.ProviderInfo
	services, err := readTokens()
	if err != nil {
		return info, err
	}
	framework, sdk, err := xpprovider.GetProvider(ctx)
	if err != nil {
		return info, fmt.Errorf("making the Terraform provider: %w", err)
	}
	resources, functions := map[string]*tfbridge.ResourceInfo{}, map[string]*tfbridge.DataSourceInfo{}
	for _, service := range services {
		for terraform, short := range service.Resources {
			resources[terraform] = resourceInfo(terraform, short)
		}
		for terraform, short := range service.Functions {
			functions[terraform] = &tfbridge.DataSourceInfo{Tok: memberToken(short), Fields: functionFields[terraform]}
		}
	}
	// What has no token costs time at each start, and nobody can ask for it.
	for terraform := range sdk.ResourcesMap {
		if resources[terraform] == nil {
			delete(sdk.ResourcesMap, terraform)
		}
	}
	for terraform := range sdk.DataSourcesMap {
		if functions[terraform] == nil {
			delete(sdk.DataSourcesMap, terraform)
		}
	}
	sdkShim := shimv2.NewProvider(sdk)
	info = tfbridge.ProviderInfo{
		P:                           pf.MuxShimWithPF(ctx, sdkShim, framework),
		Name:                        name,
		Version:                     version,
		MetadataInfo:                tfbridge.NewProviderMetadata([]byte("{}")),
		Config:                      configuration(),
		Resources:                   resources,
		DataSources:                 functions,
		EnableAccurateBridgePreview: true,
		EnableRawStateDelta:         true,
	}
	info.SetAutonaming(255, "-")
	return info, dispatch(&info)
}

// dispatch notes which half of the provider (SDKv2 or framework) answers for what. The vendor's build does so ahead.
func dispatch(info *tfbridge.ProviderInfo) error {
	shim, ok := info.P.(interface {
		ResolveDispatch(info *tfbridge.ProviderInfo) (muxer.DispatchTable, error)
	})
	if !ok {
		return fmt.Errorf("the bridge's provider %T cannot tell its halves apart", info.P)
	}
	table, err := shim.ResolveDispatch(info)
	if err != nil {
		return err
	}
	return metadata.Set(info.GetMetadata(), "mux", table)
}

// configuration are the defaults of the provider's settings, as the npm package documents them.
func configuration() map[string]*tfbridge.SchemaInfo {
	config := map[string]*tfbridge.SchemaInfo{
		"region":                      {Default: &tfbridge.DefaultInfo{EnvVars: []string{"AWS_REGION", "AWS_DEFAULT_REGION"}}},
		"skip_credentials_validation": {Default: &tfbridge.DefaultInfo{Value: false}},
		"skip_region_validation":      {Default: &tfbridge.DefaultInfo{Value: true}},
		// Terraform says string, to tell "unset" from "false".
		"skip_metadata_api_check": {Type: "boolean"},
	}
	if localaws.Endpoint() != "" {
		config["max_retries"] = &tfbridge.SchemaInfo{Default: &tfbridge.DefaultInfo{Value: localRetries}}
	}
	return config
}
