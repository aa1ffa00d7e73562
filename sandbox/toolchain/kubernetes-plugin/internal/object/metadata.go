package object

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Annotations by which a program tells the provider how to treat an object.
const (
	Autonamed         = "pulumi.com/autonamed"
	SkipAwait         = "pulumi.com/skipAwait"
	WaitFor           = "pulumi.com/waitFor"
	TimeoutSeconds    = "pulumi.com/timeoutSeconds"
	ReplaceUnready    = "pulumi.com/replaceUnready"
	PatchForce        = "pulumi.com/patchForce"
	PatchFieldManager = "pulumi.com/patchFieldManager"
	DeletionPolicy    = "pulumi.com/deletionPropagationPolicy"
)

const managedBy = "app.kubernetes.io/managed-by"

// Annotation is the value of an annotation, "" when it is absent or not known yet.
func Annotation(object *unstructured.Unstructured, name string) string {
	value, _ := Get(object.Object, "metadata", "annotations", name)
	text, _ := value.(string)
	return text
}

// IsAnnotated says whether an annotation is "true".
func IsAnnotated(object *unstructured.Unstructured, name string) bool {
	return Annotation(object, name) == "true"
}

// SetMetadata sets a label or an annotation, unless the map that would hold it is not known yet.
func SetMetadata(object *unstructured.Unstructured, section, key, value string) {
	metadata, ok := object.Object["metadata"]
	if !ok {
		metadata = map[string]any{}
		object.Object["metadata"] = metadata
	}
	fields, ok := metadata.(map[string]any)
	if !ok {
		return
	}
	if _, unknown := fields[section].(resource.Computed); !unknown {
		Set(fields, value, section, key)
	}
}

func managedByValue() string {
	if value, ok := os.LookupEnv("PULUMI_KUBERNETES_MANAGED_BY_LABEL"); ok {
		return value
	}
	return "pulumi"
}

// SetManagedBy labels an object as Pulumi's. Only objects that are not applied on the server carry the label: of the
// others the API server knows the manager of each field.
func SetManagedBy(object *unstructured.Unstructured) {
	SetMetadata(object, "labels", managedBy, managedByValue())
}

// IsManagedBy says whether SetManagedBy labelled the object.
func IsManagedBy(object *unstructured.Unstructured) bool {
	value, _ := Get(object.Object, "metadata", "labels", managedBy)
	if _, unknown := value.(resource.Computed); unknown {
		return true
	}
	return value == managedByValue()
}

// Timeout is how long to wait for an object: the resource option, else the annotation, else 10 minutes.
func Timeout(seconds float64, object *unstructured.Unstructured) time.Duration {
	if seconds != 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	if value, err := strconv.Atoi(Annotation(object, TimeoutSeconds)); err == nil {
		return time.Duration(value) * time.Second
	}
	return 10 * time.Minute
}

// Propagation is how the object's dependents are deleted: before it, unless an annotation says otherwise.
func Propagation(object *unstructured.Unstructured) metav1.DeletionPropagation {
	switch strings.ToLower(Annotation(object, DeletionPolicy)) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	default:
		return metav1.DeletePropagationForeground
	}
}
