// Package provider answers the engine for package kubernetes.
package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	pbempty "github.com/golang/protobuf/ptypes/empty"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"slipway.dev/kubernetes-plugin/internal/await"
	"slipway.dev/kubernetes-plugin/internal/cluster"
)

// packageName is the package that this provider is of.
const packageName = "kubernetes"

// Provider is one provider resource: one cluster, one set of settings.
type Provider struct {
	pulumirpc.UnimplementedResourceProviderServer
	version string
	host    Host
	// ctx ends when the engine cancels.
	ctx    context.Context
	cancel context.CancelFunc

	settings settings
	cluster  *cluster.Cluster
}

// New makes a provider that is not configured yet.
func New(version string, host Host) *Provider {
	ctx, cancel := context.WithCancel(context.Background())
	unconfigured := &cluster.Cluster{Unreachable: errors.New("the provider is not configured")}
	return &Provider{version: version, host: host, ctx: ctx, cancel: cancel, cluster: unconfigured}
}

// GetPluginInfo tells the version.
func (p *Provider) GetPluginInfo(context.Context, *pbempty.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: p.version}, nil
}

// GetSchema is the least that the engine accepts: programs bring their own types with the npm package.
func (p *Provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{Schema: fmt.Sprintf(`{"name":%q,"version":%q}`, packageName, p.version)}, nil
}

// Cancel ends every wait.
func (p *Provider) Cancel(context.Context, *pbempty.Empty) (*pbempty.Empty, error) {
	p.cancel()
	return &pbempty.Empty{}, nil
}

// Attach connects to an engine that did not start this process.
func (p *Provider) Attach(_ context.Context, request *pulumirpc.PluginAttach) (*pbempty.Empty, error) {
	host, err := Dial(request.GetAddress())
	if err != nil {
		return nil, err
	}
	p.host = host
	return &pbempty.Empty{}, nil
}

// Construct refuses components, whose children this provider cannot make.
func (p *Provider) Construct(_ context.Context, request *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	return nil, refusal(request.GetType())
}

// Invoke refuses functions: those of the package render Helm charts, kustomizations and YAML for components.
func (p *Provider) Invoke(_ context.Context, request *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, refusal(request.GetTok())
}

// refusal says that a component or function of the package is not there, and what to do about it.
func refusal(token string) error {
	return fmt.Errorf("%s needs the released Kubernetes plugin: the sandbox's own one knows the objects of the Kubernetes API only. "+
		"Write the objects with their classes (@pulumi/kubernetes/<group>/<version>) or apiextensions.CustomResource, "+
		"or put pulumi-resource-kubernetes %s in $PULUMI_HOME/plugins", token, "4.34.2")
}

// kindOf is the kind that a type token names.
func kindOf(urn resource.URN) (schema.GroupVersionKind, error) {
	token := urn.Type()
	group, version, found := strings.Cut(string(token.Module().Name()), "/")
	kind := string(token.Name())
	switch {
	case string(token.Package()) != packageName:
		return schema.GroupVersionKind{}, fmt.Errorf("unrecognized resource type: %q for this provider", token)
	case !found:
		return schema.GroupVersionKind{}, fmt.Errorf("apiVersion does not have both a group and a version: %q", token.Module().Name())
	case group == "helm.sh" || group == "kustomize" || group == "yaml":
		return schema.GroupVersionKind{}, refusal(string(token))
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: kind}, nil
}

func read(properties *structpb.Struct, label string) (resource.PropertyMap, error) {
	values, err := plugin.UnmarshalProperties(properties, plugin.MarshalOptions{Label: label, KeepUnknowns: true, KeepSecrets: true})
	if err != nil {
		return nil, fmt.Errorf("%s failed because of malformed resource inputs: %w", label, err)
	}
	return values, nil
}

func write(properties resource.PropertyMap, label string) (*structpb.Struct, error) {
	return plugin.MarshalProperties(properties, plugin.MarshalOptions{Label: label, KeepUnknowns: true, KeepSecrets: true})
}

// partial is the error for an object that exists and did not become live: the engine keeps it, and what is wrong with
// it, in the state, and the next update tries again.
func partial(id string, err error, state, inputs *structpb.Struct) error {
	reasons := []string{err.Error()}
	if problem := await.AsProblem(err); problem != nil {
		reasons = append(reasons, problem.Reasons...)
	}
	detail := &pulumirpc.ErrorResourceInitFailed{Id: id, Properties: state, Reasons: reasons, Inputs: inputs}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, err.Error()), detail)
}

func (p *Provider) waiter(urn resource.URN) await.Waiter {
	return await.NewWaiter(p.cluster, func(message await.Message) {
		p.host.Status(p.ctx, urn, message)
	})
}

func (p *Provider) unreachable() error {
	return fmt.Errorf("configured Kubernetes cluster is unreachable: %w", p.cluster.Unreachable)
}

// known is the cluster's kind of an object.
func known(object *unstructured.Unstructured) string {
	kind := cluster.Kind(object)
	return kind.GroupVersion().String() + "/" + kind.Kind
}
