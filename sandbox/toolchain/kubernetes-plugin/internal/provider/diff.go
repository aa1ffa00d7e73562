package provider

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"slipway.dev/kubernetes-plugin/internal/await"
	"slipway.dev/kubernetes-plugin/internal/cluster"
	"slipway.dev/kubernetes-plugin/internal/diff"
	"slipway.dev/kubernetes-plugin/internal/object"
)

// Diff compares new inputs with the live object of the state, as far as the old inputs spoke of it.
func (p *Provider) Diff(ctx context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := read(request.GetOlds(), "Diff")
	if err != nil {
		return nil, err
	}
	news, err := read(request.GetNews(), "Diff")
	if err != nil {
		return nil, err
	}
	state, inputs := object.ReadState(olds), object.Normalize(object.FromProperties(news))
	before := object.Prune(state.Live, object.Normalize(state.Inputs))
	kind := cluster.Kind(inputs)
	namespaced, err := p.cluster.IsNamespaced(kind)
	if err != nil {
		return nil, err
	}
	for _, one := range []*unstructured.Unstructured{before, inputs} {
		settleNamespace(one, namespaced)
	}
	object.Remove(before.Object, "metadata", "resourceVersion")
	if object.IsNamed(inputs) && !object.HasUnknownMetadata(inputs) {
		// So that a program may write down the name that was found for it.
		object.Set(before.Object, state.Live.GetName(), "metadata", "name")
	}
	changes := diff.Compare(before.Object, inputs.Object, p.settings.rules.Immutable(kind.Group, kind.Version, kind.Kind, inputs.Object))
	if err := changes.Ignore(request.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	replaces := append(changes.Replaces(), p.replaceUnready(ctx, resource.URN(request.GetUrn()), inputs, state.Live)...)
	response := &pulumirpc.DiffResponse{
		Changes:         pulumirpc.DiffResponse_DIFF_NONE,
		Replaces:        replaces,
		DetailedDiff:    changes,
		HasDetailedDiff: true,
		// The name is taken for as long as the old object is there, unless it may get another.
		DeleteBeforeReplace: len(replaces) > 0 && object.IsNamed(inputs) && !object.IsAnnotated(inputs, object.Autonamed) &&
			inputs.GetName() == state.Live.GetName() && inputs.GetNamespace() == state.Live.GetNamespace(),
	}
	if len(changes) > 0 || len(replaces) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	return response, nil
}

// settleNamespace writes the namespace that an object without one is in.
func settleNamespace(one *unstructured.Unstructured, namespaced bool) {
	if object.HasUnknownMetadata(one) {
		return
	}
	namespace, _ := object.Get(one.Object, "metadata", "namespace")
	switch {
	case !namespaced:
		object.Remove(one.Object, "metadata", "namespace")
	case namespace == nil || namespace == "":
		object.Set(one.Object, "default", "metadata", "namespace")
	}
}

// replaceUnready asks for the replacement of a Job that has not succeeded, where an annotation wants that.
func (p *Provider) replaceUnready(ctx context.Context, urn resource.URN, inputs, live *unstructured.Unstructured) []string {
	if !object.IsAnnotated(inputs, object.ReplaceUnready) {
		return nil
	}
	switch {
	case p.cluster.Unreachable != nil:
		p.host.Log(ctx, urn, await.Message{Severity: await.Warning, Text: "Cluster is unreachable, skipping replaceUnready check"})
	case inputs.GetKind() != "Job":
		p.host.Log(ctx, urn, await.Message{Severity: await.Warning, Text: "replaceUnready annotation is not supported for this resource"})
	default:
		now, err := p.cluster.Get(ctx, cluster.Kind(live), live.GetNamespace(), live.GetName())
		if err == nil && p.waiter(urn).IsLive(ctx, inputs, now) != nil {
			return []string{`.metadata.annotations["pulumi.com/replaceUnready"]`}
		}
	}
	return nil
}
