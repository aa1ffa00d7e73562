package cluster

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
)

// Mapper knows where the API server serves a kind.
type Mapper interface {
	RESTMapping(kind schema.GroupKind, versions ...string) (*meta.RESTMapping, error)
	Reset()
}

// Cluster is the API server of a provider. The zero value is one that is unreachable.
type Cluster struct {
	// Namespace is where objects go that name none.
	Namespace string
	// Unreachable says why the cluster cannot be reached; nil when it can.
	Unreachable error
	Dynamic     dynamic.Interface
	Mapper      Mapper
}

// Connect reaches for the cluster. That it cannot be reached is noted, not returned: a preview goes on without it.
func Connect(settings Settings) *Cluster {
	config, namespace, err := settings.load()
	cluster := &Cluster{Namespace: namespace, Unreachable: err}
	if err != nil {
		return cluster
	}
	found, err := discovery.NewDiscoveryClientForConfig(config)
	if err == nil {
		_, err = found.ServerVersion()
	}
	if err == nil {
		cluster.Dynamic, err = dynamic.NewForConfig(config)
	}
	if err != nil {
		cluster.Unreachable = fmt.Errorf("unable to load schema information from the API server: %w", err)
		return cluster
	}
	cluster.Mapper = restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found))
	return cluster
}

// Kind is an object's kind; the group "core" of type tokens is the group without name.
func Kind(object *unstructured.Unstructured) schema.GroupVersionKind {
	kind := object.GroupVersionKind()
	if kind.Group == "core" {
		kind.Group = ""
	}
	return kind
}

// Serves says whether the API server knows a kind.
func (c *Cluster) Serves(kind schema.GroupVersionKind) bool {
	if c.Unreachable != nil {
		return false
	}
	_, err := c.Mapper.RESTMapping(kind.GroupKind(), kind.Version)
	return err == nil
}

// IsNamespaced says whether objects of a kind live in a namespace. Of kinds that the cluster does not know (their
// definition may be in the same program) most do.
func (c *Cluster) IsNamespaced(kind schema.GroupVersionKind) (bool, error) {
	if c.Unreachable == nil {
		mapping, err := c.Mapper.RESTMapping(kind.GroupKind(), kind.Version)
		if err == nil {
			return mapping.Scope.Name() == meta.RESTScopeNameNamespace, nil
		}
		if !meta.IsNoMatchError(err) {
			return false, fmt.Errorf("API server returned error when asked if resource type %s is namespaced: %w", kind, err)
		}
	}
	return !clusterScoped[kind.GroupKind()], nil
}

var clusterScoped = map[schema.GroupKind]bool{
	{Kind: "Namespace"}:        true,
	{Kind: "Node"}:             true,
	{Kind: "PersistentVolume"}: true,
	{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}:               true,
	{Group: "networking.k8s.io", Kind: "IngressClass"}:                              true,
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole"}:                       true,
	{Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding"}:                true,
	{Group: "scheduling.k8s.io", Kind: "PriorityClass"}:                             true,
	{Group: "storage.k8s.io", Kind: "CSIDriver"}:                                    true,
	{Group: "storage.k8s.io", Kind: "StorageClass"}:                                 true,
	{Group: "admissionregistration.k8s.io", Kind: "MutatingWebhookConfiguration"}:   true,
	{Group: "admissionregistration.k8s.io", Kind: "ValidatingWebhookConfiguration"}: true,
	{Group: "admissionregistration.k8s.io", Kind: "ValidatingAdmissionPolicy"}:      true,
	{Group: "apiregistration.k8s.io", Kind: "APIService"}:                           true,
}

// errUnreachable is for a programming error: callers ask Unreachable first.
var errUnreachable = errors.New("configured Kubernetes cluster is unreachable")

// Client is where an object is created, read and deleted.
func (c *Cluster) Client(object *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	return c.ClientFor(Kind(object), object.GetNamespace())
}

// ClientFor is where the objects of a kind are, in one namespace if the kind has one ("" means the cluster's default).
func (c *Cluster) ClientFor(kind schema.GroupVersionKind, namespace string) (dynamic.ResourceInterface, error) {
	if c.Unreachable != nil {
		return nil, errUnreachable
	}
	mapping, err := c.Mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, err
	}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return c.Dynamic.Resource(mapping.Resource), nil
	}
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	return c.Dynamic.Resource(mapping.Resource).Namespace(namespace), nil
}

// List is what of a kind is in a namespace.
func (c *Cluster) List(ctx context.Context, kind schema.GroupVersionKind, namespace, selector string) ([]unstructured.Unstructured, error) {
	client, err := c.ClientFor(kind, namespace)
	if err != nil {
		return nil, err
	}
	list, err := client.List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// Get is one object as it is now.
func (c *Cluster) Get(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error) {
	client, err := c.ClientFor(kind, namespace)
	if err != nil {
		return nil, err
	}
	return client.Get(ctx, name, metav1.GetOptions{})
}
