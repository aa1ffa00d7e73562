package object

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// randomDigits is how many hexadecimal digits a generated name ends with.
const randomDigits = 8

// IsNamed says whether the object has a name, be it one that is not known yet.
func IsNamed(object *unstructured.Unstructured) bool {
	name, ok := Get(object.Object, "metadata", "name")
	return ok && name != nil && name != ""
}

// HasUnknownMetadata says whether all metadata is still to come, the name too.
func HasUnknownMetadata(object *unstructured.Unstructured) bool {
	_, unknown := object.Object["metadata"].(resource.Computed)
	return unknown
}

// IsGenerateName says whether the API server is to find the name.
func IsGenerateName(object *unstructured.Unstructured) bool {
	prefix, ok := Get(object.Object, "metadata", "generateName")
	return !IsNamed(object) && ok && prefix != ""
}

// AssignName names a new object after its resource when the program did not: the resource's name, a dash and eight
// hexadecimal digits, or what the engine proposes. The annotation tells later that the name may be another next time.
func AssignName(object *unstructured.Unstructured, resourceName string, seed []byte, options *pulumirpc.CheckRequest_AutonamingOptions) error {
	if IsNamed(object) || IsGenerateName(object) || HasUnknownMetadata(object) {
		return nil
	}
	name, err := resource.NewUniqueName(seed, resourceName+"-", randomDigits, 0, nil)
	if err != nil {
		return err
	}
	if options != nil {
		switch options.Mode {
		case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
			return errors.New("autonaming is disabled, resource requires the .metadata.name field to be set")
		case pulumirpc.CheckRequest_AutonamingOptions_ENFORCE, pulumirpc.CheckRequest_AutonamingOptions_PROPOSE:
			name = options.ProposedName
		}
	}
	Set(object.Object, name, "metadata", "name")
	SetMetadata(object, "annotations", Autonamed, "true")
	return nil
}

// AdoptName gives an unnamed object the name that was generated for it before.
func AdoptName(object, before *unstructured.Unstructured) {
	if IsNamed(object) || HasUnknownMetadata(object) || !IsAnnotated(before, Autonamed) {
		return
	}
	Set(object.Object, before.GetName(), "metadata", "name")
	SetMetadata(object, "annotations", Autonamed, "true")
}
