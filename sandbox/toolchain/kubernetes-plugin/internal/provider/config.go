package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	clientapi "k8s.io/client-go/tools/clientcmd/api"

	"slipway.dev/kubernetes-plugin/internal/cluster"
	"slipway.dev/kubernetes-plugin/internal/diff"
)

// settings are the provider's arguments that change how it works.
type settings struct {
	serverSide            bool
	deleteUnreachable     bool
	skipUpdateUnreachable bool
	patchForce            bool
	upsert                bool
	rules                 diff.Rules
}

// unsupported are arguments that change what an update does and that this provider does not heed.
var unsupported = []resource.PropertyKey{"renderYamlToDirectory", "alwaysRender"}

// CheckConfig refuses settings that this provider cannot follow.
func (p *Provider) CheckConfig(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := read(request.GetNews(), "CheckConfig")
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	for _, key := range unsupported {
		if value := news[key]; value.HasValue() && !(value.IsString() && (value.StringValue() == "" || value.StringValue() == "false")) {
			response.Failures = append(response.Failures, &pulumirpc.CheckFailure{
				Property: string(key), Reason: refusal(string(key)).Error(),
			})
		}
	}
	return response, nil
}

// DiffConfig replaces the provider, and with it every object, when it is another cluster that is meant.
func (p *Provider) DiffConfig(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := read(request.GetOlds(), "DiffConfig")
	if err != nil {
		return nil, err
	}
	news, err := read(request.GetNews(), "DiffConfig")
	if err != nil {
		return nil, err
	}
	return diffConfig(olds, news)
}

func diffConfig(olds, news resource.PropertyMap) (*pulumirpc.DiffResponse, error) {
	difference := olds.Diff(news)
	if difference == nil {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	identifier := olds["clusterIdentifier"].HasValue() && news["clusterIdentifier"].HasValue()
	response := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME}
	if identifier && difference.Updated("clusterIdentifier") {
		response.Replaces = append(response.Replaces, "clusterIdentifier")
	}
	same := identifier && difference.Same("clusterIdentifier")
	location := []string{"kubeconfig", "context", "cluster"}
	for _, key := range location {
		if news[resource.PropertyKey(key)].ContainsUnknowns() {
			// Whether it is another cluster cannot be known yet.
			response.Diffs = []string{key}
			if !same {
				response.Replaces = append(response.Replaces, key)
			}
			return response, nil
		}
	}
	for _, key := range difference.ChangedKeys() {
		response.Diffs = append(response.Diffs, string(key))
	}
	before, err := activeCluster(olds)
	if err != nil {
		return nil, err
	}
	after, err := activeCluster(news)
	if err != nil {
		return nil, err
	}
	if !same && before != nil && after != nil && !reflect.DeepEqual(before, after) {
		for _, key := range location {
			if slices.Contains(response.Diffs, key) {
				response.Replaces = append(response.Replaces, key)
			}
		}
	}
	return response, nil
}

func activeCluster(properties resource.PropertyMap) (*clientapi.Cluster, error) {
	content, err := kubeconfigOf(properties)
	if err != nil || content == "" {
		return nil, err
	}
	config, err := cluster.ParseKubeconfig(content)
	if err != nil {
		return nil, fmt.Errorf("failed to parse kubeconfig: %w", err)
	}
	return cluster.ActiveCluster(config, textOf(properties["context"]), textOf(properties["cluster"])), nil
}

// kubeconfigOf is a kubeconfig argument as text, be it given as text or as an object.
func kubeconfigOf(properties resource.PropertyMap) (string, error) {
	value := bare(properties["kubeconfig"])
	switch {
	case value.IsNull():
		return "", nil
	case value.IsString():
		return value.StringValue(), nil
	case value.IsObject():
		text, err := json.Marshal(value.ObjectValue().Mappable())
		return string(text), err
	}
	return "", fmt.Errorf("unexpected kubeconfig format, type: %v", value.TypeString())
}

func textOf(value resource.PropertyValue) string {
	if value = bare(value); value.IsString() {
		return value.StringValue()
	}
	return ""
}

func bare(value resource.PropertyValue) resource.PropertyValue {
	for value.IsSecret() {
		value = value.SecretValue().Element
	}
	return value
}

// Configure takes the settings and reaches for the cluster.
func (p *Provider) Configure(_ context.Context, request *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	variable := func(name string) string { return request.GetVariables()["kubernetes:config:"+name] } //nolint:staticcheck // the engine's text form of every argument
	flag := func(name, environment string, otherwise bool) bool {
		if value := variable(name); value != "" {
			return value == "true"
		}
		if value, ok := os.LookupEnv(environment); ok {
			return value == "true"
		}
		return otherwise
	}
	p.settings = settings{
		serverSide:            flag("enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true),
		deleteUnreachable:     flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE", false),
		skipUpdateUnreachable: flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE", false),
		patchForce:            flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE", false),
		upsert:                flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS", false),
		rules: diff.Rules{
			MutableConfigMaps: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", false),
			MutableSecrets:    flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE", false),
		},
	}
	p.cluster = cluster.Connect(cluster.Settings{
		Kubeconfig: variable("kubeconfig"),
		Context:    variable("context"),
		Cluster:    variable("cluster"),
		Namespace:  variable("namespace"),
	})
	return &pulumirpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true}, nil
}
