package diff

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type fields = map[string]any

func TestDifferences(t *testing.T) {
	tests := map[string]struct {
		kind          string
		rules         Rules
		before, after fields
		want          map[string]string
	}{
		"numbers are equal by value":    {"apps/Deployment", Rules{}, fields{"n": int64(2)}, fields{"n": 2.0}, nil},
		"null is nothing":               {"apps/Deployment", Rules{}, fields{}, fields{"n": nil}, nil},
		"a value":                       {"apps/Deployment", Rules{}, spec("replicas", 2.0), spec("replicas", 3.0), map[string]string{"spec.replicas": "UPDATE"}},
		"an added key":                  {"apps/Deployment", Rules{}, fields{}, fields{"metadata": fields{"labels": fields{"a.b/c": "d"}}}, map[string]string{"metadata": "ADD"}},
		"a key with dots":               {"/Node", Rules{}, labels("x"), labels("y"), map[string]string{`metadata.labels["a.b/c"]`: "UPDATE"}},
		"a shorter list":                {"/Service", Rules{}, spec("ports", []any{1.0, 2.0}), spec("ports", []any{1.0}), map[string]string{"spec.ports[1]": "DELETE"}},
		"what is not known yet":         {"/Service", Rules{}, spec("x", "a"), spec("x", resource.Computed{}), map[string]string{"spec.x": "UPDATE"}},
		"a selector":                    {"apps/Deployment", Rules{}, spec("selector", fields{"a": "b"}), spec("selector", fields{"a": "c"}), map[string]string{"spec.selector.a": "UPDATE_REPLACE"}},
		"a Job's image":                 {"batch/Job", Rules{}, jobImage("a"), jobImage("b"), map[string]string{"spec.template.spec.containers[0].image": "UPDATE_REPLACE"}},
		"a Job's time to live":          {"batch/Job", Rules{}, spec("ttl", 1.0), spec("ttl", 2.0), map[string]string{"spec.ttl": "UPDATE"}},
		"a spec that brings an address": {"/Service", Rules{}, fields{}, spec("clusterIP", "None"), map[string]string{"spec": "ADD_REPLACE"}},
		"an address":                    {"/Service", Rules{}, spec("clusterIP", "None"), spec("clusterIP", "1.2.3.4"), map[string]string{"spec.clusterIP": "UPDATE_REPLACE"}},
		"a ConfigMap's data":            {"/ConfigMap", Rules{}, data("a"), data("b"), map[string]string{"data.key": "UPDATE_REPLACE"}},
		"a ConfigMap's data, mutable":   {"/ConfigMap", Rules{MutableConfigMaps: true}, data("a"), data("b"), map[string]string{"data.key": "UPDATE"}},
		"a frozen ConfigMap's data":     {"/ConfigMap", Rules{MutableConfigMaps: true}, frozen("a"), frozen("b"), map[string]string{"data.key": "UPDATE_REPLACE"}},
		"a Secret's data":               {"/Secret", Rules{}, data("a"), data("b"), map[string]string{"data.key": "UPDATE_REPLACE"}},
		"a Secret's data, mutable":      {"/Secret", Rules{MutableSecrets: true}, data("a"), data("b"), map[string]string{"data.key": "UPDATE"}},
		"a Secret's type":               {"/Secret", Rules{MutableSecrets: true}, fields{"type": "a"}, fields{"type": "b"}, map[string]string{"type": "UPDATE_REPLACE"}},
		"a claim's size":                {"/PersistentVolumeClaim", Rules{}, spec("resources", "a"), spec("resources", "b"), map[string]string{"spec.resources": "UPDATE"}},
		"a claim's class":               {"/PersistentVolumeClaim", Rules{}, spec("storageClassName", "a"), spec("storageClassName", "b"), map[string]string{"spec.storageClassName": "UPDATE_REPLACE"}},
		"a class's parameters":          {"storage.k8s.io/StorageClass", Rules{}, fields{"parameters": "a"}, fields{"parameters": "b"}, map[string]string{"parameters": "UPDATE_REPLACE"}},
		"whom a role is bound to":       {"rbac.authorization.k8s.io/RoleBinding", Rules{}, fields{"subjects": "a"}, fields{"subjects": "b"}, map[string]string{"subjects": "UPDATE"}},
		"a role that is bound":          {"rbac.authorization.k8s.io/RoleBinding", Rules{}, fields{"roleRef": "a"}, fields{"roleRef": "b"}, map[string]string{"roleRef": "UPDATE_REPLACE"}},
		"an Ingress":                    {"networking.k8s.io/Ingress", Rules{}, spec("rules", "a"), spec("rules", "b"), map[string]string{"spec.rules": "UPDATE"}},
		"a namespace":                   {"x.io/Custom", Rules{}, fields{"metadata": fields{"namespace": "a"}}, fields{"metadata": fields{"namespace": "b"}}, map[string]string{"metadata.namespace": "UPDATE_REPLACE"}},
		"a pod's image":                 {"/Pod", Rules{}, podImage("a"), podImage("b"), map[string]string{"spec.containers[0].image": "UPDATE_REPLACE"}},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			group, kind := cut(test.kind)
			found := Compare(test.before, test.after, test.rules.Immutable(group, "v1", kind, test.after))
			got := map[string]string{}
			for path, property := range found {
				got[path] = property.Kind.String()
			}
			if len(got)+len(test.want) > 0 && !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestIgnoredChanges(t *testing.T) {
	found := Compare(spec("replicas", 2.0), fields{"spec": fields{"replicas": 3.0, "paused": true}}, nil)
	if err := found.Ignore([]string{"spec.replicas"}); err != nil {
		t.Fatal(err)
	}
	if got := slices.Collect(maps.Keys(found)); !reflect.DeepEqual(got, []string{"spec.paused"}) {
		t.Errorf("got %v", got)
	}
}

func TestMetadataThatGoesReplaces(t *testing.T) {
	found := Detailed{"metadata": {Kind: pulumirpc.PropertyDiff_DELETE}}
	if got := found.Replaces(); !reflect.DeepEqual(got, []string{"metadata"}) {
		t.Errorf("got %v", got)
	}
}

func spec(key string, value any) fields { return fields{"spec": fields{key: value}} }
func data(value string) fields          { return fields{"data": fields{"key": value}} }
func frozen(value string) fields {
	return fields{"immutable": true, "data": fields{"key": value}}
}
func labels(value string) fields {
	return fields{"metadata": fields{"labels": fields{"a.b/c": value}}}
}
func podImage(image string) fields {
	return spec("containers", []any{fields{"name": "c", "image": image}})
}
func jobImage(image string) fields { return spec("template", podImage(image)) }

func cut(kind string) (string, string) {
	for index := range kind {
		if kind[index] == '/' {
			return kind[:index], kind[index+1:]
		}
	}
	return "", kind
}
