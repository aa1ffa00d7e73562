package object

import (
	"encoding/base64"
	"maps"
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// serverMetadata is what only the API server writes.
var serverMetadata = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "uid",
}

// Normalize writes an object as the API server would write it back ("1000m" of a processor as "1", a Secret's
// stringData as data), so that what means the same is no difference. Objects with unknown values and of kinds that are
// not built in stay as they are, but for the fields that only the server writes.
func Normalize(object *unstructured.Unstructured) *unstructured.Unstructured {
	if object.Object == nil {
		return &unstructured.Unstructured{Object: map[string]any{}}
	}
	if !HasUnknowns(object) {
		object = normalizeKnown(object)
	}
	for _, field := range serverMetadata {
		Remove(object.Object, "metadata", field)
	}
	return object
}

func normalizeKnown(object *unstructured.Unstructured) *unstructured.Unstructured {
	switch object.GetKind() {
	case "Secret":
		if object.GetAPIVersion() == "v1" {
			return normalizeSecret(object)
		}
	case "CustomResourceDefinition":
		if preserve, ok := Get(object.Object, "spec", "preserveUnknownFields"); ok && preserve == false {
			Remove(object.Object, "spec", "preserveUnknownFields")
		}
		Remove(object.Object, "status")
		return object
	}
	typed, err := scheme.Scheme.New(object.GroupVersionKind())
	if err != nil {
		return object
	}
	// What does not fit its type, or has a field that is none, is the API server's to refuse: it says best why.
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object.Object, typed, true); err != nil {
		return object
	}
	written, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return object
	}
	return Prune(&unstructured.Unstructured{Object: written}, object)
}

func normalizeSecret(secret *unstructured.Unstructured) *unstructured.Unstructured {
	data, _ := secret.Object["data"].(map[string]any)
	data = maps.Clone(data)
	if data == nil {
		data = map[string]any{}
	}
	for key, value := range data {
		if text, ok := value.(string); ok {
			if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
				data[key] = base64.StdEncoding.EncodeToString(decoded)
			}
		}
	}
	if plain, ok := secret.Object["stringData"].(map[string]any); ok {
		for key, value := range plain {
			if text, ok := value.(string); ok {
				data[key] = base64.StdEncoding.EncodeToString([]byte(text))
			}
		}
	}
	fields := maps.Clone(secret.Object)
	delete(fields, "stringData")
	if len(data) > 0 {
		fields["data"] = data
	}
	return &unstructured.Unstructured{Object: fields}
}

// Prune is the part of a live object that the inputs speak of: what the cluster added is nobody's difference.
func Prune(live, inputs *unstructured.Unstructured) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: pruneMap(live.Object, inputs.Object)}
}

func pruneMap(live, shape map[string]any) map[string]any {
	pruned := map[string]any{}
	for key, value := range live {
		if like, ok := shape[key]; ok {
			pruned[key] = pruneValue(value, like)
		}
	}
	return pruned
}

func pruneValue(value, like any) any {
	switch value := value.(type) {
	case map[string]any:
		if like, ok := like.(map[string]any); ok && like != nil {
			return pruneMap(value, like)
		}
	case []any:
		if like, ok := like.([]any); ok {
			return pruneSlice(value, like)
		}
	}
	return value
}

// pruneSlice keeps as many elements as the inputs have: a container that something injected comes last.
func pruneSlice(live, shape []any) []any {
	pruned := make([]any, 0, len(shape))
	if len(live) > 0 && len(shape) > 0 && reflect.TypeOf(live[0]) != reflect.TypeOf(shape[0]) {
		return append(pruned, live...)
	}
	for index, like := range shape {
		if index == len(live) {
			break
		}
		pruned = append(pruned, pruneValue(live[index], like))
	}
	return pruned
}
