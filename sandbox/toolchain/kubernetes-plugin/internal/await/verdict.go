// Package await decides when an object is live: what an object's and its dependents' state says is judged again and
// again, until it is ready, can no longer become so, or the time is over.
package await

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// World is the cluster as far as a judge may look.
type World interface {
	Get(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error)
	List(ctx context.Context, kind schema.GroupVersionKind, namespace, selector string) ([]unstructured.Unstructured, error)
}

// Severity of a message.
type Severity int

// The severities that users see.
const (
	Info Severity = iota
	Warning
	Error
)

// Message is shown beside the resource while it is awaited.
type Message struct {
	Severity Severity
	Text     string
}

// Verdict is what one look at the cluster says.
type Verdict struct {
	Ready bool
	// Failed means that waiting is of no use: the reasons say why.
	Failed bool
	// GoodEnough means that a timeout is no failure any more.
	GoodEnough bool
	// Status is what to show now.
	Status []Message
	// Reasons are why the object is not live, if the wait ended now.
	Reasons []string
}

// Subject is what is judged.
type Subject struct {
	// Live is the object as it is now.
	Live *unstructured.Unstructured
	// Before is the object as it was before the update; nil when it was created.
	Before *unstructured.Unstructured
	World  World
}

// Judge decides on one look at the cluster. An error is one of reading, which may pass.
type Judge func(ctx context.Context, subject Subject) (Verdict, error)

func ready(text string) Verdict {
	return Verdict{Ready: true, Status: []Message{{Info, "✅ " + text}}}
}

func waiting(format string, arguments ...any) Verdict {
	return Verdict{Status: []Message{{Info, fmt.Sprintf(format, arguments...)}}}
}

// Problem is an object that exists and is not live.
type Problem struct {
	// Object is its last known state.
	Object  *unstructured.Unstructured
	Reasons []string
	text    string
}

func (p *Problem) Error() string { return p.text }

func timedOut(object *unstructured.Unstructured, verdict Verdict) *Problem {
	return &Problem{object, verdict.Reasons, fmt.Sprintf("'%s' timed out waiting to be Ready", object.GetName())}
}

func cancelled(object *unstructured.Unstructured, verdict Verdict) *Problem {
	return &Problem{object, verdict.Reasons, fmt.Sprintf("Resource operation was cancelled for %q", object.GetName())}
}

func notInitialized(object *unstructured.Unstructured, verdict Verdict) *Problem {
	return &Problem{object, verdict.Reasons, fmt.Sprintf("Resource '%s' was created but failed to initialize", object.GetName())}
}

func field[T any](object *unstructured.Unstructured, path ...string) T {
	value, _, _ := unstructured.NestedFieldNoCopy(object.Object, path...)
	typed, _ := value.(T)
	return typed
}

func condition(object *unstructured.Unstructured, kind string) map[string]any {
	for _, element := range field[[]any](object, "status", "conditions") {
		if fields, ok := element.(map[string]any); ok && fields["type"] == kind {
			return fields
		}
	}
	return nil
}

func isOwnedBy(object, owner *unstructured.Unstructured) bool {
	for _, reference := range object.GetOwnerReferences() {
		if reference.UID == owner.GetUID() {
			return true
		}
	}
	return false
}
