package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"slipway.dev/kubernetes-plugin/internal/await"
	"slipway.dev/kubernetes-plugin/internal/cluster"
	"slipway.dev/kubernetes-plugin/internal/object"
)

// Create makes an object and waits until it is live. In a preview the API server is asked what it would make of it.
func (p *Provider) Create(ctx context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	urn, preview := resource.URN(request.GetUrn()), request.GetPreview()
	if !preview && p.cluster.Unreachable != nil {
		return nil, p.unreachable()
	}
	news, err := read(request.GetProperties(), "Create")
	if err != nil {
		return nil, err
	}
	inputs := object.FromProperties(news)
	asIs := &pulumirpc.CreateResponse{Properties: request.GetProperties()}
	if preview && (object.HasUnknowns(inputs) || !p.settings.serverSide || !p.cluster.Serves(cluster.Kind(inputs))) {
		return asIs, nil
	}
	manager, err := p.fieldManager("", inputs)
	if err != nil {
		return nil, err
	}
	sent := inputs.DeepCopy()
	made, err := p.applier(urn, sent, manager, preview).create(p.settings.upsert && p.settings.serverSide)
	switch {
	case err != nil && preview && p.cannotTell(sent, err):
		return asIs, nil
	case meta.IsNoMatchError(err):
		return nil, fmt.Errorf("creation of resource %q with kind %s failed because the Kubernetes API server reported that the apiVersion "+
			"for this resource does not exist. Verify that any required CRDs have been created: %w", urn, known(inputs), err)
	case err != nil:
		return nil, fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w", urn, err)
	}
	live := made
	var awaitError error
	if preview {
		// Nothing has a status yet, and a program that reads it must not take an empty one for it.
		delete(live.Object, "status")
	} else {
		live, awaitError = p.await(urn, await.Order{Inputs: inputs, Live: made, Timeout: object.Timeout(request.GetTimeout(), inputs)})
	}
	state := object.State{Inputs: inputs, Live: live, InitialAPIVersion: inputs.GetAPIVersion(), FieldManager: manager}
	properties, err := write(state.Properties(news), "Create")
	if err != nil {
		return nil, err
	}
	if awaitError != nil {
		return nil, partial(object.ID(live), fmt.Errorf("resource %q was successfully created, but the Kubernetes API server "+
			"reported that it failed to fully initialize or become live: %w", urn, awaitError), properties, nil)
	}
	if preview {
		return &pulumirpc.CreateResponse{Properties: properties}, nil
	}
	p.learnKinds(live)
	return &pulumirpc.CreateResponse{Id: object.ID(live), Properties: properties}, nil
}

// cannotTell says whether an error of a dry run is no fault of the object: its namespace, or the place of the object
// that it replaces, is only free once the update is under way, or this user may look but not create.
func (p *Provider) cannotTell(sent *unstructured.Unstructured, err error) bool {
	switch {
	case apierrors.IsNotFound(err), apierrors.IsAlreadyExists(err):
		return true
	case apierrors.IsBadRequest(err):
		return strings.Contains(err.Error(), "does not support dry run")
	case apierrors.IsForbidden(err):
		if strings.Contains(err.Error(), "cannot create resource") || strings.Contains(err.Error(), "cannot patch resource") {
			return true
		}
		// An object that is replaced counts twice against a quota in a dry run.
		_, err := p.cluster.Get(p.ctx, cluster.Kind(sent), sent.GetNamespace(), sent.GetName())
		return err == nil
	}
	return false
}

func (p *Provider) applier(urn resource.URN, inputs *unstructured.Unstructured, manager string, preview bool) applier {
	return applier{
		ctx:     p.ctx,
		client:  func() (dynamic.ResourceInterface, error) { return p.cluster.Client(inputs) },
		inputs:  inputs,
		manager: manager,
		preview: preview,
		force:   object.IsAnnotated(inputs, object.PatchForce) || p.settings.patchForce,
		report:  func(text string) { p.host.Status(p.ctx, urn, await.Message{Text: text}) },
		sleep: func(pause time.Duration) {
			select {
			case <-time.After(pause):
			case <-p.ctx.Done():
			}
		},
	}
}

// await waits until an object is live. With an error comes its last known state.
func (p *Provider) await(urn resource.URN, order await.Order) (*unstructured.Unstructured, error) {
	live, err := p.waiter(urn).UntilLive(p.ctx, order)
	if err != nil {
		if problem := await.AsProblem(err); problem != nil && problem.Object != nil {
			return problem.Object, err
		}
		return order.Live, err
	}
	p.host.Status(p.ctx, urn, await.Message{})
	return live, nil
}

// fieldManager is the name that an object's fields are applied under: the program's choice, the state's, or a new one.
func (p *Provider) fieldManager(inState string, inputs *unstructured.Unstructured) (string, error) {
	switch named := object.Annotation(inputs, object.PatchFieldManager); {
	case !p.settings.serverSide:
		return creator, nil
	case named != "":
		return named, nil
	case inState != "":
		return inState, nil
	}
	return resource.NewUniqueName(nil, creator+"-", 0, 0, nil)
}

// learnKinds has the API server's kinds looked up anew after a definition of one.
func (p *Provider) learnKinds(live *unstructured.Unstructured) {
	if live.GetKind() == "CustomResourceDefinition" {
		p.cluster.Mapper.Reset()
	}
}
