package provider

import (
	"context"
	"errors"

	pbempty "github.com/golang/protobuf/ptypes/empty"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"slipway.dev/kubernetes-plugin/internal/await"
	"slipway.dev/kubernetes-plugin/internal/object"
)

// Delete deletes an object, its dependents first, and waits until it is gone. What is gone already is fine.
func (p *Provider) Delete(ctx context.Context, request *pulumirpc.DeleteRequest) (*pbempty.Empty, error) {
	urn := resource.URN(request.GetUrn())
	olds, err := read(request.GetProperties(), "Delete")
	if err != nil {
		return nil, err
	}
	if p.cluster.Unreachable != nil {
		p.host.Log(ctx, urn, await.Message{Severity: await.Warning, Text: p.unreachable().Error()})
		if p.settings.deleteUnreachable {
			p.host.Log(ctx, urn, await.Message{Text: forgetting})
			return &pbempty.Empty{}, nil
		}
		return nil, errors.New("configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource " +
			"from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\"")
	}
	state := object.ReadState(olds)
	client, err := p.cluster.Client(state.Live)
	if meta.IsNoMatchError(err) {
		return &pbempty.Empty{}, nil
	}
	if err != nil {
		return nil, err
	}
	_, name := object.ParseID(request.GetId())
	policy := object.Propagation(state.Inputs)
	if err := client.Delete(p.ctx, name, metav1.DeleteOptions{PropagationPolicy: &policy}); err != nil {
		if apierrors.IsNotFound(err) {
			return &pbempty.Empty{}, nil
		}
		return nil, err
	}
	err = p.waiter(urn).UntilGone(p.ctx, await.Order{
		Inputs: state.Inputs, Live: state.Live, Timeout: object.Timeout(request.GetTimeout(), state.Inputs),
	})
	if err != nil {
		if problem := await.AsProblem(err); problem != nil {
			state.Live = problem.Object
		}
		properties, writeError := write(state.Properties(olds), "Delete")
		if writeError != nil {
			return nil, writeError
		}
		return nil, partial(request.GetId(), err, properties, nil)
	}
	p.learnKinds(state.Live)
	p.host.Status(p.ctx, urn, await.Message{})
	return &pbempty.Empty{}, nil
}
