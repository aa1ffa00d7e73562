package object

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// State is what the engine keeps of a resource: the live object, and beside it what it was made from.
type State struct {
	Inputs, Live *unstructured.Unstructured
	// InitialAPIVersion is the version under which the object was first created.
	InitialAPIVersion string
	// FieldManager is the name under which fields are applied.
	FieldManager string
}

// Properties writes a state; from says which values are secret.
func (s State) Properties(from resource.PropertyMap) resource.PropertyMap {
	live, inputs := ToProperties(s.Live.Object), ToProperties(s.Inputs.Object)
	MarkSecrets(live, from)
	MarkSecrets(inputs, from)
	live[inputsKey] = resource.NewObjectProperty(inputs)
	live[initialAPIVersionKey] = resource.NewStringProperty(s.InitialAPIVersion)
	live[fieldManagerKey] = resource.NewStringProperty(s.FieldManager)
	return live
}

// ReadState reads a state that Properties wrote.
func ReadState(properties resource.PropertyMap) State {
	live := FromProperties(properties)
	inputs, ok := live.Object[inputsKey].(map[string]any)
	if !ok {
		inputs = map[string]any{}
	}
	version, _ := live.Object[initialAPIVersionKey].(string)
	manager, _ := live.Object[fieldManagerKey].(string)
	for _, key := range []string{inputsKey, initialAPIVersionKey, fieldManagerKey} {
		delete(live.Object, key)
	}
	return State{Inputs: &unstructured.Unstructured{Object: inputs}, Live: live, InitialAPIVersion: version, FieldManager: manager}
}

// ID is how an object is called in the state and in imports: namespace/name, or name alone for what has no namespace.
func ID(object *unstructured.Unstructured) string {
	if object.GetNamespace() == "" {
		return object.GetName()
	}
	return object.GetNamespace() + "/" + object.GetName()
}

// ParseID takes an ID apart.
func ParseID(id string) (namespace, name string) {
	if namespace, name, found := strings.Cut(id, "/"); found {
		return namespace, name
	}
	return "", id
}

// MarkSecrets marks in values what is secret in from, and the content of every Secret. Of an array with one secret
// element the whole array becomes secret, since its order may change on the way.
func MarkSecrets(values, from resource.PropertyMap) {
	if values == nil {
		return
	}
	if kind, ok := values["kind"]; ok && kind.IsString() && kind.StringValue() == "Secret" {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if value, ok := values[key]; ok && !value.IsSecret() {
				values[key] = resource.MakeSecret(value)
			}
		}
		return
	}
	for key, source := range from {
		value, ok := values[key]
		switch {
		case !ok:
		case value.IsObject() && source.IsObject():
			MarkSecrets(value.ObjectValue(), source.ObjectValue())
		case !value.IsSecret() && source.ContainsSecrets():
			values[key] = resource.MakeSecret(value)
		}
	}
}
