package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"slipway.dev/kubernetes-plugin/internal/await"
	"slipway.dev/kubernetes-plugin/internal/cluster"
	"slipway.dev/kubernetes-plugin/internal/object"
)

// Read looks at an object as it is now: for a refresh, with the inputs that would have made it so, or for an import.
func (p *Provider) Read(ctx context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	urn := resource.URN(request.GetUrn())
	if p.cluster.Unreachable != nil {
		return p.readUnreachable(ctx, urn, request)
	}
	olds, err := read(request.GetProperties(), "Read")
	if err != nil {
		return nil, err
	}
	oldInputs, err := read(request.GetInputs(), "Read")
	if err != nil {
		return nil, err
	}
	namespace, name := object.ParseID(request.GetId())
	if name == "" {
		return nil, fmt.Errorf("failed to read resource because of a failure to parse resource name from request ID: %s", request.GetId())
	}
	state, inputs := object.ReadState(olds), object.Normalize(object.FromProperties(oldInputs))
	imported := inputs.GroupVersionKind().Empty() && state.Live.GroupVersionKind().Empty()
	if inputs.GroupVersionKind().Empty() {
		kind := state.Live.GroupVersionKind()
		if imported {
			if kind, err = kindOf(urn); err != nil {
				return nil, err
			}
		}
		inputs.SetGroupVersionKind(kind)
		if inputs.GetName() == "" {
			inputs.SetName(name)
		}
		if inputs.GetNamespace() == "" && namespace != "" {
			inputs.SetNamespace(namespace)
		}
	}
	if namespace == "" {
		namespace = inputs.GetNamespace()
	}
	live, err := p.cluster.Get(p.ctx, cluster.Kind(inputs), namespace, name)
	if meta.IsNoMatchError(err) || apierrors.IsNotFound(err) {
		// A custom object goes with its definition.
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	return p.answerRead(urn, request.GetId(), oldInputs, state, inputs, live, imported)
}

func (p *Provider) answerRead(
	urn resource.URN, id string, oldInputs resource.PropertyMap, state object.State, inputs, live *unstructured.Unstructured, imported bool,
) (*pulumirpc.ReadResponse, error) {
	seen := object.Prune(live, inputs)
	if imported {
		seen = asInputs(live)
	}
	manager, err := p.fieldManager(state.FieldManager, inputs)
	if err != nil {
		return nil, err
	}
	version := state.InitialAPIVersion
	if version == "" {
		version = inputs.GetAPIVersion()
	}
	next := object.State{Inputs: seen, Live: live, InitialAPIVersion: version, FieldManager: manager}
	properties, err := write(next.Properties(oldInputs), "Read")
	if err != nil {
		return nil, err
	}
	seenProperties := object.ToProperties(seen.Object)
	object.MarkSecrets(seenProperties, oldInputs)
	written, err := write(seenProperties, "Read")
	if err != nil {
		return nil, err
	}
	if !imported {
		if err := p.waiter(urn).IsLive(p.ctx, inputs, live); err != nil {
			return nil, partial(id, err, properties, written)
		}
	}
	return &pulumirpc.ReadResponse{Id: id, Properties: properties, Inputs: written}, nil
}

// asInputs is what a program could have written to get an object: all but what the cluster writes itself.
func asInputs(live *unstructured.Unstructured) *unstructured.Unstructured {
	inputs := live.DeepCopy()
	delete(inputs.Object, "status")
	for _, field := range []string{"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"} {
		object.Remove(inputs.Object, "metadata", field)
	}
	for _, annotation := range []string{"deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"} {
		object.Remove(inputs.Object, "metadata", "annotations", annotation)
	}
	return inputs
}

func (p *Provider) readUnreachable(ctx context.Context, urn resource.URN, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	p.host.Log(ctx, urn, await.Message{Severity: await.Warning, Text: p.unreachable().Error()})
	switch {
	case p.settings.deleteUnreachable:
		p.host.Log(ctx, urn, await.Message{Text: forgetting})
		return &pulumirpc.ReadResponse{}, nil
	case p.settings.skipUpdateUnreachable:
		p.host.Log(ctx, urn, await.Message{Text: "configured Kubernetes cluster is unreachable and the `skipUnreachable` option is enabled. " +
			"Returned data could not reflect the actual cluster configuration."})
		return &pulumirpc.ReadResponse{Id: request.GetId(), Properties: request.GetProperties(), Inputs: request.GetInputs()}, nil
	}
	return nil, errors.New("failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this " +
		"resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\"")
}

const forgetting = "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled. " +
	"Deleting the unreachable resource from Pulumi state"
