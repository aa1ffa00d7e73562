package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"

	"slipway.dev/kubernetes-plugin/internal/await"
	"slipway.dev/kubernetes-plugin/internal/object"
)

// Check completes an object's inputs: its name, its namespace, and the form in which the API server writes them back.
func (p *Provider) Check(ctx context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(request.GetUrn())
	if p.cluster.Unreachable != nil && p.settings.skipUpdateUnreachable {
		p.host.Log(ctx, urn, await.Message{Severity: await.Warning,
			Text: "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping..."})
		return &pulumirpc.CheckResponse{Inputs: request.GetOlds()}, nil
	}
	kind, err := kindOf(urn)
	if err != nil {
		return nil, err
	}
	if err := refuseKind(kind, string(urn.Type())); err != nil {
		return nil, err
	}
	olds, err := read(request.GetOlds(), "Check")
	if err != nil {
		return nil, err
	}
	news, err := read(request.GetNews(), "Check")
	if err != nil {
		return nil, err
	}
	before, inputs := object.FromProperties(olds), object.Normalize(object.FromProperties(news))
	if object.Annotation(inputs, object.Autonamed) != "" {
		p.host.Log(ctx, urn, await.Message{Severity: await.Warning,
			Text: fmt.Sprintf("ignoring user-specified value for internal annotation %q", object.Autonamed)})
	}
	if len(before.Object) > 0 {
		object.AdoptName(inputs, before)
		// Only what carries the label already: an import is to change nothing.
		if object.IsManagedBy(before) {
			object.SetManagedBy(inputs)
		}
	} else {
		if err := object.AssignName(inputs, urn.Name(), request.GetRandomSeed(), request.GetAutonaming()); err != nil {
			return nil, err
		}
		if !p.settings.serverSide {
			object.SetManagedBy(inputs)
		}
	}
	if object.IsGenerateName(inputs) && p.settings.serverSide {
		return nil, errors.New("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
	}
	if err := p.setNamespace(inputs.Object, kind); err != nil {
		return nil, err
	}
	checked := object.ToProperties(inputs.Object)
	object.MarkSecrets(checked, news)
	properties, err := write(checked, "Check")
	return &pulumirpc.CheckResponse{Inputs: properties}, err
}

// setNamespace puts an object that names no namespace into the provider's.
func (p *Provider) setNamespace(fields map[string]any, kind schema.GroupVersionKind) error {
	if namespace, ok := object.Get(fields, "metadata", "namespace"); ok && namespace != "" && namespace != nil {
		return nil
	}
	if _, unknown := fields["metadata"].(resource.Computed); unknown || p.cluster.Namespace == "" {
		return nil
	}
	namespaced, err := p.cluster.IsNamespaced(kind)
	if err == nil && namespaced {
		object.Set(fields, p.cluster.Namespace, "metadata", "namespace")
	}
	return err
}

// refuseKind refuses what is no object of its own: lists, which hold objects, and patches, which belong to others.
func refuseKind(kind schema.GroupVersionKind, token string) error {
	switch {
	case strings.HasSuffix(kind.Kind, "List") && builtIn(kind, strings.TrimSuffix(kind.Kind, "List")):
		return errors.New("list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly. " +
			"Use the underlying resource type instead")
	case strings.HasSuffix(kind.Kind, "Patch") && builtIn(kind, strings.TrimSuffix(kind.Kind, "Patch")):
		return fmt.Errorf("%w. A patch changes fields of an object that another program manages: let that program set them", refusal(token))
	}
	return nil
}

// builtIn says whether a kind is one of Kubernetes' own: a custom kind may be called SomethingPatch.
func builtIn(of schema.GroupVersionKind, kind string) bool {
	_, err := scheme.Scheme.New(schema.GroupVersionKind{Group: of.Group, Version: of.Version, Kind: kind})
	return err == nil
}
