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

// Update applies new inputs to an object and waits until it is live. In a preview the API server is asked what would
// come of it.
func (p *Provider) Update(_ context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	urn, preview := resource.URN(request.GetUrn()), request.GetPreview()
	if !preview && p.cluster.Unreachable != nil {
		return nil, p.unreachable()
	}
	olds, err := read(request.GetOlds(), "Update")
	if err != nil {
		return nil, err
	}
	news, err := read(request.GetNews(), "Update")
	if err != nil {
		return nil, err
	}
	inputs := object.Normalize(object.FromProperties(news))
	asIs := &pulumirpc.UpdateResponse{Properties: request.GetNews()}
	if preview && (object.HasUnknowns(inputs) || !p.cluster.Serves(cluster.Kind(inputs))) {
		return asIs, nil
	}
	state := object.ReadState(olds)
	manager, err := p.fieldManager(state.FieldManager, inputs)
	if err != nil {
		return nil, err
	}
	live, updateError := p.change(urn, request, state, inputs, manager)
	switch {
	case updateError != nil && preview && apierrors.IsForbidden(updateError):
		return asIs, nil
	case meta.IsNoMatchError(updateError):
		return nil, fmt.Errorf("update of resource %q failed because the Kubernetes API server reported that the apiVersion "+
			"for this resource does not exist. Verify that any required CRDs have been created: %w", urn, updateError)
	case updateError != nil:
		now, getError := p.cluster.Get(p.ctx, cluster.Kind(state.Live), state.Live.GetNamespace(), state.Live.GetName())
		if getError != nil {
			return nil, errors.Join(fmt.Errorf("update of resource %q failed: %w", urn, updateError),
				fmt.Errorf("unable to get cluster state: %w", getError))
		}
		live = now
	}
	version := state.InitialAPIVersion
	if version == "" {
		version = inputs.GetAPIVersion()
	}
	next := object.State{Inputs: inputs, Live: live, InitialAPIVersion: version, FieldManager: manager}
	properties, err := write(next.Properties(news), "Update")
	if err != nil {
		return nil, err
	}
	if updateError != nil {
		return nil, partial(object.ID(live), fmt.Errorf("the Kubernetes API server reported that %q failed to fully initialize "+
			"or become live: %w", object.ID(live), updateError), properties, nil)
	}
	if p.settings.serverSide && !preview && state.FieldManager != "" && state.FieldManager != manager {
		client, err := p.cluster.Client(live)
		if err != nil {
			return nil, err
		}
		if err := relinquish(p.ctx, client, live, state.FieldManager); err != nil {
			return nil, err
		}
	}
	return &pulumirpc.UpdateResponse{Properties: properties}, nil
}

// change sends the new inputs and, unless it is a preview, waits for what comes of them.
func (p *Provider) change(
	urn resource.URN, request *pulumirpc.UpdateRequest, state object.State, inputs *unstructured.Unstructured, manager string,
) (*unstructured.Unstructured, error) {
	before, err := p.cluster.Get(p.ctx, cluster.Kind(inputs), state.Live.GetNamespace(), state.Live.GetName())
	if err != nil {
		return nil, err
	}
	applier := p.applier(urn, inputs.DeepCopy(), manager, request.GetPreview())
	var changed *unstructured.Unstructured
	if p.settings.serverSide {
		changed, err = applier.update(before, request.GetIgnoreChanges())
	} else {
		changed, err = applier.merge(object.Prune(state.Live, object.Normalize(state.Inputs)), before.GetName())
	}
	if err != nil || request.GetPreview() {
		return changed, err
	}
	return p.await(urn, await.Order{
		Inputs: inputs, Live: changed, Before: before, Timeout: object.Timeout(request.GetTimeout(), inputs),
	})
}
