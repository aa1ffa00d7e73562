package await

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

var (
	sliceKind   = discoveryv1.SchemeGroupVersion.WithKind("EndpointSlice")
	serviceKind = corev1.SchemeGroupVersion.WithKind("Service")
)

// judgeService awaits that the pods behind a Service are known and none of them is unready, and the address of a load
// balancer. A Service without selector, without address or for another name has no pods to wait for.
func judgeService(ctx context.Context, subject Subject) (Verdict, error) {
	live := subject.Live
	kind := field[string](live, "spec", "type")
	hasAddress := kind != string(corev1.ServiceTypeLoadBalancer) || hasLoadBalancer(live)
	if !selectsPods(live) {
		if hasAddress {
			return Verdict{Ready: true}, nil
		}
		return waiting("[2/3] Attempting to allocate IP address to Service"), nil
	}
	endpoints, err := endpointsOf(ctx, subject.World, live.GetNamespace(), live.GetName())
	if err != nil {
		return Verdict{}, err
	}
	if hasAddress && endpoints.known && !endpoints.pending {
		return ready("Service initialization complete"), nil
	}
	verdict := waiting("[1/3] Finding Pods to direct traffic to")
	if endpoints.ready {
		verdict = waiting("[2/3] Attempting to allocate IP address to Service")
	} else {
		verdict.Reasons = append(verdict.Reasons,
			"Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods")
	}
	if !hasAddress {
		verdict.Reasons = append(verdict.Reasons, "Service was not allocated an IP address; does your cloud provider support this?")
	}
	verdict.GoodEnough = hasAddress && !endpoints.pending
	return verdict, nil
}

func selectsPods(service *unstructured.Unstructured) bool {
	return field[string](service, "spec", "type") != string(corev1.ServiceTypeExternalName) &&
		field[string](service, "spec", "clusterIP") != corev1.ClusterIPNone &&
		len(field[map[string]any](service, "spec", "selector")) > 0
}

func hasLoadBalancer(object *unstructured.Unstructured) bool {
	return len(field[[]any](object, "status", "loadBalancer", "ingress")) > 0
}

// endpoints are the pods behind a Service.
type endpoints struct {
	// known: the controller has looked for them.
	known bool
	// ready: at least one takes traffic.
	ready bool
	// pending: at least one does not yet.
	pending bool
}

func endpointsOf(ctx context.Context, world World, namespace, service string) (endpoints, error) {
	slices, err := world.List(ctx, sliceKind, namespace, discoveryv1.LabelServiceName+"="+service)
	if err != nil {
		return endpoints{}, err
	}
	var found endpoints
	for index := range slices {
		slice := &discoveryv1.EndpointSlice{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(slices[index].Object, slice); err != nil {
			return found, err
		}
		found.known = true
		for _, endpoint := range slice.Endpoints {
			switch conditions := endpoint.Conditions; {
			// Pods on their way out are neither.
			case conditions.Terminating != nil && *conditions.Terminating:
			case conditions.Ready == nil || *conditions.Ready:
				found.ready = true
			default:
				found.pending = true
			}
		}
	}
	return found, nil
}

// judgeIngress awaits that every path leads to a known Service and that a load balancer has taken the Ingress on.
func judgeIngress(ctx context.Context, subject Subject) (Verdict, error) {
	ingress := &networkingv1.Ingress{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(subject.Live.Object, ingress); err != nil {
		return Verdict{}, err
	}
	lost, err := lostPath(ctx, subject.World, ingress)
	if err != nil {
		return Verdict{}, err
	}
	if lost == "" && hasLoadBalancer(subject.Live) {
		return ready("Ingress initialization complete"), nil
	}
	verdict := waiting("[2/3] Waiting for update of .status.loadBalancer with hostname/IP")
	if lost != "" {
		verdict = waiting("[1/3] Finding a matching service for each Ingress path")
		verdict.Status = append(verdict.Status, Message{Warning, "No matching service found for ingress rule: " + lost})
		verdict.Reasons = append(verdict.Reasons, "Ingress has at least one rule with an unavailable target endpoint.")
	}
	if !hasLoadBalancer(subject.Live) {
		verdict.Reasons = append(verdict.Reasons, "Ingress .status.loadBalancer field was not updated with a hostname/IP address. "+
			"\n    for more information about this error, see https://pulumi.io/xdv72s")
	}
	return verdict, nil
}

// lostPath is the first path that leads nowhere; "" when there is none.
func lostPath(ctx context.Context, world World, ingress *networkingv1.Ingress) (string, error) {
	for _, rule := range ingress.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for _, path := range rule.HTTP.Paths {
			if path.Backend.Service == nil {
				continue
			}
			name := path.Backend.Service.Name
			leads, err := leadsSomewhere(ctx, world, ingress.Namespace, name)
			if err != nil {
				return "", err
			}
			if !leads {
				written := fmt.Sprintf("%q", rule.Host+path.Path)
				if rule.Host+path.Path == "" {
					written += " (default path)"
				}
				return fmt.Sprintf("%s -> %q", written, name), nil
			}
		}
	}
	return "", nil
}

func leadsSomewhere(ctx context.Context, world World, namespace, name string) (bool, error) {
	service, err := world.Get(ctx, serviceKind, namespace, name)
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if field[string](service, "spec", "type") == string(corev1.ServiceTypeExternalName) {
		return true, nil
	}
	endpoints, err := endpointsOf(ctx, world, namespace, name)
	return endpoints.known, err
}
