package nodes

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	metricsGroup   = "metrics.k8s.io"
	metricsVersion = "v1beta1"
	metricsPath    = "/apis/" + metricsGroup + "/" + metricsVersion
	metricsService = "metrics-server"
	metricsWindow  = 10 * time.Second
)

// podMetrics is one pod of the metrics API; client-go has no types of it.
type podMetrics struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Timestamp         metav1.Time        `json:"timestamp"`
	Window            metav1.Duration    `json:"window"`
	Containers        []containerMetrics `json:"containers"`
}

type containerMetrics struct {
	Name  string              `json:"name"`
	Usage corev1.ResourceList `json:"usage"`
}

type nodeMetrics struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Timestamp         metav1.Time         `json:"timestamp"`
	Window            metav1.Duration     `json:"window"`
	Usage             corev1.ResourceList `json:"usage"`
}

// addMetrics answers what the metrics server answers: discovery, pods and nodes.
func (a *agent) addMetrics(mux *http.ServeMux) {
	mux.HandleFunc("GET /apis/"+metricsGroup, func(response http.ResponseWriter, _ *http.Request) {
		version := metav1.GroupVersionForDiscovery{GroupVersion: metricsGroup + "/" + metricsVersion, Version: metricsVersion}
		answer(response, metav1.APIGroup{
			TypeMeta: metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}, Name: metricsGroup,
			Versions: []metav1.GroupVersionForDiscovery{version}, PreferredVersion: version,
		})
	})
	mux.HandleFunc("GET "+metricsPath, func(response http.ResponseWriter, _ *http.Request) {
		verbs := metav1.Verbs{"get", "list"}
		answer(response, metav1.APIResourceList{
			TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: metricsGroup + "/" + metricsVersion,
			APIResources: []metav1.APIResource{
				{Name: "nodes", Kind: "NodeMetrics", Verbs: verbs}, {Name: "pods", Kind: "PodMetrics", Namespaced: true, Verbs: verbs},
			},
		})
	})
	// The API server asks every API that it offers for a description, and goes on asking.
	mux.HandleFunc("GET /openapi/v2", func(response http.ResponseWriter, _ *http.Request) {
		answer(response, map[string]any{
			"swagger": "2.0", "info": map[string]any{"title": metricsGroup, "version": metricsVersion}, "paths": map[string]any{},
		})
	})
	mux.HandleFunc("GET /openapi/v3", func(response http.ResponseWriter, _ *http.Request) {
		answer(response, map[string]any{"paths": map[string]any{}})
	})
	mux.HandleFunc("GET "+metricsPath+"/pods", a.servePodMetrics)
	mux.HandleFunc("GET "+metricsPath+"/namespaces/{namespace}/pods", a.servePodMetrics)
	mux.HandleFunc("GET "+metricsPath+"/namespaces/{namespace}/pods/{name}", a.servePodMetrics)
	mux.HandleFunc("GET "+metricsPath+"/nodes", a.serveNodeMetrics)
	mux.HandleFunc("GET "+metricsPath+"/nodes/{name}", a.serveNodeMetrics)
}

func (a *agent) servePodMetrics(response http.ResponseWriter, request *http.Request) {
	selector, err := labels.Parse(request.URL.Query().Get("labelSelector"))
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	pods, err := a.kubelet.pods.Pods(request.PathValue("namespace")).List(selector)
	if err != nil {
		http.Error(response, err.Error(), http.StatusInternalServerError)
		return
	}
	items := []podMetrics{}
	for _, pod := range pods {
		name := request.PathValue("name")
		if pod.Status.Phase != corev1.PodRunning || (name != "" && name != pod.Name) {
			continue
		}
		items = append(items, a.metricsOf(pod))
	}
	answerItems(response, request.PathValue("name"), "PodMetrics", items)
}

func (a *agent) metricsOf(pod *corev1.Pod) podMetrics {
	metrics := podMetrics{
		TypeMeta:   metav1.TypeMeta{Kind: "PodMetrics", APIVersion: metricsGroup + "/" + metricsVersion},
		ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace, Labels: pod.Labels},
		Timestamp:  metav1.Now(), Window: metav1.Duration{Duration: metricsWindow},
	}
	for index := range pod.Spec.Containers {
		one := &pod.Spec.Containers[index]
		metrics.Containers = append(metrics.Containers, containerMetrics{Name: one.Name, Usage: a.loads.usage(pod, one)})
	}
	return metrics
}

func (a *agent) serveNodeMetrics(response http.ResponseWriter, request *http.Request) {
	pods, err := a.kubelet.pods.List(labels.Everything())
	if err != nil {
		http.Error(response, err.Error(), http.StatusInternalServerError)
		return
	}
	items := []nodeMetrics{}
	for name := range a.nodes.living() {
		if wanted := request.PathValue("name"); wanted != "" && wanted != name {
			continue
		}
		usage := corev1.ResourceList{corev1.ResourceCPU: {}, corev1.ResourceMemory: {}}
		for _, pod := range pods {
			if pod.Spec.NodeName != name || pod.Status.Phase != corev1.PodRunning {
				continue
			}
			for _, one := range a.metricsOf(pod).Containers {
				for resource, amount := range one.Usage {
					total := usage[resource]
					total.Add(amount)
					usage[resource] = total
				}
			}
		}
		items = append(items, nodeMetrics{
			TypeMeta:   metav1.TypeMeta{Kind: "NodeMetrics", APIVersion: metricsGroup + "/" + metricsVersion},
			ObjectMeta: metav1.ObjectMeta{Name: name}, Timestamp: metav1.Now(), Window: metav1.Duration{Duration: metricsWindow}, Usage: usage,
		})
	}
	answerItems(response, request.PathValue("name"), "NodeMetrics", items)
}

// answerItems answers the one that was asked for by name, else all as a list.
func answerItems[T any](response http.ResponseWriter, name, kind string, items []T) {
	switch {
	case name == "":
		answer(response, map[string]any{
			"kind": kind + "List", "apiVersion": metricsGroup + "/" + metricsVersion, "metadata": map[string]any{}, "items": items,
		})
	case len(items) == 0:
		response.Header().Set("Content-Type", "application/json")
		response.WriteHeader(http.StatusNotFound)
		missing := apierrors.NewNotFound(schema.GroupResource{Group: metricsGroup, Resource: kind}, name).ErrStatus
		missing.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
		_ = json.NewEncoder(response).Encode(missing)
	default:
		answer(response, items[0])
	}
}

func answer(response http.ResponseWriter, value any) {
	response.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(response).Encode(value) // whoever asked is gone
}

// offerMetrics tells the API server where the metrics API is. An ExternalName is the kind of service that may point at this machine.
func (a *agent) offerMetrics(ctx context.Context) error {
	services, registrations := schema.GroupVersionResource{Version: "v1", Resource: "services"},
		schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"}
	service := map[string]any{
		"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": metricsService, "namespace": metav1.NamespaceSystem},
		"spec": map[string]any{"type": "ExternalName", "externalName": "localhost"},
	}
	registration := map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
		"metadata": map[string]any{"name": metricsVersion + "." + metricsGroup},
		"spec": map[string]any{
			"group": metricsGroup, "version": metricsVersion, "groupPriorityMinimum": int64(100), "versionPriority": int64(100),
			"insecureSkipTLSVerify": true,
			"service":               map[string]any{"name": metricsService, "namespace": metav1.NamespaceSystem, "port": int64(a.port)},
		},
	}
	if err := a.put(ctx, services, metav1.NamespaceSystem, service); err != nil {
		return fmt.Errorf("cannot offer the metrics API: %w", err)
	}
	if err := a.put(ctx, registrations, "", registration); err != nil {
		return fmt.Errorf("cannot offer the metrics API: %w", err)
	}
	return nil
}

// put makes the object, or brings the spec of the one that is there to what it should be.
func (a *agent) put(ctx context.Context, kind schema.GroupVersionResource, namespace string, object map[string]any) error {
	wanted := &unstructured.Unstructured{Object: object}
	objects := a.server.dynamic.Resource(kind).Namespace(namespace)
	existing, err := objects.Get(ctx, wanted.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		_, err = objects.Create(ctx, wanted, metav1.CreateOptions{})
		return err
	}
	if err != nil || equality.Semantic.DeepDerivative(object["spec"], existing.Object["spec"]) {
		return err
	}
	existing.Object["spec"] = object["spec"]
	_, err = objects.Update(ctx, existing, metav1.UpdateOptions{})
	return err
}
