// Package object knows what a Kubernetes object looks like to Pulumi: how its properties become the object that is sent
// to the API server, how the answer becomes a resource's state, and what of both is compared.
package object

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Keys of a resource's state that are no part of the object.
const (
	inputsKey            = "__inputs"
	initialAPIVersionKey = "__initialApiVersion"
	fieldManagerKey      = "__fieldManager"
)

// dashed are the names of the OpenAPI extensions in a CustomResourceDefinition, which SDKs write with underscores.
var dashed = map[string]string{
	"x_kubernetes_embedded_resource":       "x-kubernetes-embedded-resource",
	"x_kubernetes_int_or_string":           "x-kubernetes-int-or-string",
	"x_kubernetes_list_map_keys":           "x-kubernetes-list-map-keys",
	"x_kubernetes_list_type":               "x-kubernetes-list-type",
	"x_kubernetes_map_type":                "x-kubernetes-map-type",
	"x_kubernetes_preserve_unknown_fields": "x-kubernetes-preserve-unknown-fields",
	"x_kubernetes_validations":             "x-kubernetes-validations",
}

func toDashes(key string) (string, bool) {
	name, ok := dashed[key]
	return name, ok
}

func toUnderscores(key string) (resource.PropertyKey, bool) {
	name := resource.PropertyKey(strings.ReplaceAll(key, "-", "_"))
	_, ok := dashed[string(name)]
	return name, ok
}

// FromProperties is the object that properties describe. Secrets are bare in it; what is not known yet stays a
// resource.Computed (see HasUnknowns).
func FromProperties(properties resource.PropertyMap) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: properties.MapRepl(toDashes, bareSecret)}
}

func bareSecret(value resource.PropertyValue) (any, bool) {
	if value.IsSecret() {
		return value.SecretValue().Element.MapRepl(toDashes, bareSecret), true
	}
	return nil, false
}

// ToProperties is the reverse of FromProperties.
func ToProperties(object map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMapRepl(object, toUnderscores, nil)
}

// HasUnknowns says whether any value is not known yet.
func HasUnknowns(value any) bool {
	switch value := value.(type) {
	case resource.Computed:
		return true
	case *unstructured.Unstructured:
		return HasUnknowns(value.Object)
	case map[string]any:
		for _, element := range value {
			if HasUnknowns(element) {
				return true
			}
		}
	case []any:
		for _, element := range value {
			if HasUnknowns(element) {
				return true
			}
		}
	}
	return false
}

// Get is the value at a path of plain keys.
func Get(object map[string]any, path ...string) (any, bool) {
	var value any = object
	for _, key := range path {
		fields, ok := value.(map[string]any)
		if !ok {
			return nil, false
		}
		if value, ok = fields[key]; !ok {
			return nil, false
		}
	}
	return value, true
}

// Set puts a value at a path of plain keys, making the maps on the way.
func Set(object map[string]any, value any, path ...string) {
	for _, key := range path[:len(path)-1] {
		next, ok := object[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			object[key] = next
		}
		object = next
	}
	object[path[len(path)-1]] = value
}

// Remove takes away the value at a path of plain keys.
func Remove(object map[string]any, path ...string) {
	if parent, ok := Get(object, path[:len(path)-1]...); ok {
		if fields, ok := parent.(map[string]any); ok {
			delete(fields, path[len(path)-1])
		}
	}
}
