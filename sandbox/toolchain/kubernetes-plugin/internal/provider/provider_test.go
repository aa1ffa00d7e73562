package provider

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"slipway.dev/kubernetes-plugin/internal/cluster"
)

func kubeconfig(server, namespace string) resource.PropertyValue {
	return resource.NewStringProperty(`{apiVersion: v1, kind: Config, current-context: a, clusters: [{name: c, cluster: {server: "` + server +
		`"}}], contexts: [{name: a, context: {cluster: c, user: u, namespace: ` + namespace + `}}], users: [{name: u, user: {token: t}}]}`)
}

func TestAnotherClusterReplacesTheProvider(t *testing.T) {
	type properties = resource.PropertyMap
	identified := func(kubeconfig resource.PropertyValue, id string) properties {
		return properties{"kubeconfig": kubeconfig, "clusterIdentifier": resource.NewStringProperty(id)}
	}
	here, elsewhere := kubeconfig("https://a", "one"), kubeconfig("https://b", "one")
	later := resource.MakeComputed(resource.NewStringProperty(""))
	tests := map[string]struct {
		olds, news properties
		replaces   []string
	}{
		"the same":                      {properties{"kubeconfig": here}, properties{"kubeconfig": here}, nil},
		"another namespace":             {properties{"kubeconfig": here}, properties{"kubeconfig": kubeconfig("https://a", "two")}, nil},
		"another address":               {properties{"kubeconfig": here}, properties{"kubeconfig": elsewhere}, []string{"kubeconfig"}},
		"another address, in secret":    {properties{"kubeconfig": here}, properties{"kubeconfig": resource.MakeSecret(elsewhere)}, []string{"kubeconfig"}},
		"not known yet":                 {properties{"kubeconfig": here}, properties{"kubeconfig": later}, []string{"kubeconfig"}},
		"another address of the same":   {identified(here, "one"), identified(elsewhere, "one"), nil},
		"the same address of another":   {identified(here, "one"), identified(here, "two"), []string{"clusterIdentifier"}},
		"the same, not known yet where": {identified(here, "one"), identified(later, "one"), nil},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			response, err := diffConfig(test.olds, test.news)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(response.GetReplaces(), test.replaces) {
				t.Errorf("replaces %v", response.GetReplaces())
			}
		})
	}
}

func TestKindsOfTokens(t *testing.T) {
	tests := map[string]struct {
		kind  schema.GroupVersionKind
		error string
	}{
		"kubernetes:core/v1:Namespace":              {schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}, ""},
		"kubernetes:apps/v1:Deployment":             {schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}, ""},
		"kubernetes:eks.amazonaws.com/v1:NodeClass": {schema.GroupVersionKind{Group: "eks.amazonaws.com", Version: "v1", Kind: "NodeClass"}, ""},
		"kubernetes:example.com/v1:HotPatch":        {schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "HotPatch"}, ""},
		"kubernetes:core/v1:ConfigMapPatch":         {schema.GroupVersionKind{}, "ConfigMapPatch needs the released Kubernetes plugin"},
		"kubernetes:core/v1:ConfigMapList":          {schema.GroupVersionKind{}, "list resources exist for compatibility"},
		"kubernetes:helm.sh/v3:Release":             {schema.GroupVersionKind{}, "needs the released Kubernetes plugin"},
		"kubernetes:yaml/v2:ConfigFile":             {schema.GroupVersionKind{}, "needs the released Kubernetes plugin"},
		"kubernetes:index:Something":                {schema.GroupVersionKind{}, "does not have both a group and a version"},
		"other:core/v1:Namespace":                   {schema.GroupVersionKind{}, "unrecognized resource type"},
	}
	for token, test := range tests {
		t.Run(token, func(t *testing.T) {
			kind, err := kindOf(resource.URN("urn:pulumi:s::p::" + token + "::name"))
			if err == nil {
				err = refuseKind(kind, token)
			}
			if test.error == "" && (err != nil || kind != test.kind) || test.error != "" && (err == nil || !strings.Contains(err.Error(), test.error)) {
				t.Errorf("%v, %v", kind, err)
			}
		})
	}
}

func TestIgnoredFields(t *testing.T) {
	managed := func(manager string) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{Manager: manager, FieldsV1: &metav1.FieldsV1{Raw: []byte(`{"f:spec":{"f:replicas":{}}}`)}}
	}
	tests := map[string]struct {
		managers []metav1.ManagedFieldsEntry
		want     map[string]any
	}{
		"managed by others only is not sent": {[]metav1.ManagedFieldsEntry{managed("hpa")}, map[string]any{}},
		"managed by us is sent as it is":     {[]metav1.ManagedFieldsEntry{managed("us")}, map[string]any{"replicas": int64(5)}},
		"managed by us and others is sent":   {[]metav1.ManagedFieldsEntry{managed("us"), managed("hpa")}, map[string]any{"replicas": int64(5)}},
		"managed by nobody is sent as it is": {nil, map[string]any{"replicas": int64(5)}},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			live := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"replicas": int64(5)}}}
			live.SetManagedFields(test.managers)
			inputs := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"replicas": int64(3)}}}
			ignore(inputs, live, []string{"spec", "replicas"}, "us")
			if got := inputs.Object["spec"]; !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestMergePatch(t *testing.T) {
	type fields = map[string]any
	got := mergePatch(fields{"a": 1, "b": fields{"c": 1, "d": 1}, "l": []any{1}}, fields{"b": fields{"c": 2}, "l": []any{2}})
	want := fields{"a": nil, "b": fields{"c": 2, "d": nil}, "l": []any{2}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestNamespacesOfObjectsThatNameNone(t *testing.T) {
	provider := New("1", nil)
	provider.cluster = &cluster.Cluster{Namespace: "team", Unreachable: errors.New("down")}
	for kind, want := range map[string]string{"ConfigMap": "team", "Namespace": ""} {
		object := map[string]any{}
		if err := provider.setNamespace(object, schema.GroupVersionKind{Version: "v1", Kind: kind}); err != nil {
			t.Fatal(err)
		}
		if got := (&unstructured.Unstructured{Object: object}).GetNamespace(); got != want {
			t.Errorf("%s: %q", kind, got)
		}
	}
}
