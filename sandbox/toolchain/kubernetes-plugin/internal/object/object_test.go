package object

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type fields = map[string]any

func of(content fields) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: content}
}

func TestNaming(t *testing.T) {
	type options = pulumirpc.CheckRequest_AutonamingOptions
	tests := map[string]struct {
		metadata any
		options  *options
		name     string
		auto     bool
		fails    bool
	}{
		"without metadata":      {nil, nil, `^web-[0-9a-f]{8}$`, true, false},
		"with labels only":      {fields{"labels": fields{"a": "b"}}, nil, `^web-[0-9a-f]{8}$`, true, false},
		"named":                 {fields{"name": "given"}, nil, `^given$`, false, false},
		"named by the server":   {fields{"generateName": "given-"}, nil, `^$`, false, false},
		"named later":           {fields{"name": resource.Computed{}}, nil, `^$`, false, false},
		"metadata later":        {resource.Computed{}, nil, `^$`, false, false},
		"named by the engine":   {nil, &options{Mode: pulumirpc.CheckRequest_AutonamingOptions_ENFORCE, ProposedName: "proposed"}, `^proposed$`, true, false},
		"not to be named":       {nil, &options{Mode: pulumirpc.CheckRequest_AutonamingOptions_DISABLE}, "", false, true},
		"named, not by engines": {fields{"name": "given"}, &options{Mode: pulumirpc.CheckRequest_AutonamingOptions_DISABLE}, `^given$`, false, false},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			inputs := of(fields{"kind": "ConfigMap"})
			if test.metadata != nil {
				inputs.Object["metadata"] = test.metadata
			}
			err := AssignName(inputs, "web", []byte("seed"), test.options)
			if (err != nil) != test.fails {
				t.Fatalf("error %v", err)
			}
			if test.fails {
				return
			}
			if !regexp.MustCompile(test.name).MatchString(inputs.GetName()) {
				t.Errorf("name %q", inputs.GetName())
			}
			if IsAnnotated(inputs, Autonamed) != test.auto {
				t.Errorf("annotations %v", inputs.GetAnnotations())
			}
		})
	}
}

func TestAdoptingANameOnlyIfItWasGenerated(t *testing.T) {
	generated := of(fields{"metadata": fields{"name": "web-1", "annotations": fields{Autonamed: "true"}}})
	given := of(fields{"metadata": fields{"name": "web"}})
	for _, test := range []struct {
		before *unstructured.Unstructured
		inputs fields
		name   string
	}{
		{generated, fields{}, "web-1"},
		{generated, fields{"metadata": fields{"name": "other"}}, "other"},
		{given, fields{}, ""},
	} {
		inputs := of(test.inputs)
		AdoptName(inputs, test.before)
		if inputs.GetName() != test.name {
			t.Errorf("%v: name %q", test.inputs, inputs.GetName())
		}
	}
}

func TestNormalizing(t *testing.T) {
	tests := map[string]struct{ from, to fields }{
		"quantities": {
			fields{"apiVersion": "v1", "kind": "ResourceQuota", "spec": fields{"hard": fields{"cpu": "1000m"}}},
			fields{"apiVersion": "v1", "kind": "ResourceQuota", "spec": fields{"hard": fields{"cpu": "1"}}},
		},
		"what the server writes": {
			fields{"apiVersion": "a.b/v1", "kind": "C", "metadata": fields{"name": "n", "uid": "u", "resourceVersion": "1"}},
			fields{"apiVersion": "a.b/v1", "kind": "C", "metadata": fields{"name": "n"}},
		},
		"a Secret's plain strings": {
			fields{"apiVersion": "v1", "kind": "Secret", "stringData": fields{"a": "x"}, "data": fields{"b": "eQ=="}},
			fields{"apiVersion": "v1", "kind": "Secret", "data": fields{"a": "eA==", "b": "eQ=="}},
		},
		"an unknown field stays for the server to refuse": {
			fields{"apiVersion": "v1", "kind": "ConfigMap", "dta": fields{"a": "b"}},
			fields{"apiVersion": "v1", "kind": "ConfigMap", "dta": fields{"a": "b"}},
		},
		"an unknown value": {
			fields{"apiVersion": "v1", "kind": "ConfigMap", "data": fields{"a": resource.Computed{}}},
			fields{"apiVersion": "v1", "kind": "ConfigMap", "data": fields{"a": resource.Computed{}}},
		},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			if got := Normalize(of(test.from)).Object; !reflect.DeepEqual(got, test.to) {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestPruningToWhatTheInputsSpeakOf(t *testing.T) {
	live := of(fields{
		"spec": fields{"replicas": int64(2), "strategy": fields{"type": "RollingUpdate"},
			"containers": []any{fields{"name": "web", "policy": "Always"}, fields{"name": "injected"}}},
		"status": fields{},
	})
	inputs := of(fields{"spec": fields{"replicas": 3.0, "containers": []any{fields{"name": "web"}}}})
	want := fields{"spec": fields{"replicas": int64(2), "containers": []any{fields{"name": "web"}}}}
	if got := Prune(live, inputs).Object; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestStateIsReadAsItWasWritten(t *testing.T) {
	state := State{
		Inputs:            of(fields{"kind": "CRD", "x-kubernetes-list-type": "map"}),
		Live:              of(fields{"kind": "CRD", "metadata": fields{"name": "n"}, "password": "p"}),
		InitialAPIVersion: "v1", FieldManager: "pulumi-kubernetes-1",
	}
	from := resource.PropertyMap{"password": resource.MakeSecret(resource.NewStringProperty("p"))}
	properties := state.Properties(from)
	if !properties["password"].IsSecret() {
		t.Error("the secret is bare")
	}
	if _, ok := properties["__inputs"].ObjectValue()["x_kubernetes_list_type"]; !ok {
		t.Errorf("inputs %v", properties["__inputs"])
	}
	if got := ReadState(properties); !reflect.DeepEqual(got, state) {
		t.Errorf("got %v", got)
	}
}

func TestContentOfSecretsIsAlwaysSecret(t *testing.T) {
	values := resource.NewPropertyMapFromMap(fields{"kind": "Secret", "data": fields{"a": "b"}, "type": "Opaque"})
	MarkSecrets(values, resource.PropertyMap{})
	if !values["data"].IsSecret() || values["type"].IsSecret() {
		t.Errorf("values %v", values)
	}
}

func TestDeletionPolicy(t *testing.T) {
	for value, want := range map[string]metav1.DeletionPropagation{
		"": metav1.DeletePropagationForeground, "Orphan": metav1.DeletePropagationOrphan, "background": metav1.DeletePropagationBackground,
	} {
		inputs := of(fields{"metadata": fields{"annotations": fields{DeletionPolicy: value}}})
		if got := Propagation(inputs); got != want {
			t.Errorf("%q: %s", value, got)
		}
	}
}
