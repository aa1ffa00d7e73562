package await

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"slipway.dev/kubernetes-plugin/internal/object"
)

// How often the cluster is looked at: quickly at first, since most is ready at once.
const (
	firstLook   = 100 * time.Millisecond
	slowestLook = time.Second
)

// Waiter waits for objects of one cluster.
type Waiter struct {
	World World
	// Show puts a message beside the resource; "" clears it.
	Show func(Message)
	// Now and Sleep are the clock; Sleep returns early with the context's error.
	Now   func() time.Time
	Sleep func(ctx context.Context, duration time.Duration) error
}

// Order says what to wait for.
type Order struct {
	// Inputs are the object as the program wrote it: its annotations say how to wait.
	Inputs *unstructured.Unstructured
	// Live is the answer to the request that made or changed the object.
	Live *unstructured.Unstructured
	// Before is the object as it was; nil for a new one.
	Before  *unstructured.Unstructured
	Timeout time.Duration
}

// UntilLive waits until the object is live and returns its state then; else a Problem with the state that was last seen.
func (w Waiter) UntilLive(ctx context.Context, order Order) (*unstructured.Unstructured, error) {
	entry, custom, err := entryOf(order.Inputs, order.Live)
	if err != nil {
		return nil, &Problem{Object: order.Live, text: err.Error()}
	}
	if entry.judge == nil {
		return order.Live, nil
	}
	limit := order.Timeout
	if entry.atMost > 0 {
		limit = min(limit, entry.atMost)
	}
	var verdict Verdict
	live, shown := order.Live, ""
	for deadline, pause := w.Now().Add(limit), firstLook; ; pause = min(pause*2, slowestLook) {
		live, verdict = w.look(ctx, entry.judge, live, order.Before, verdict)
		shown = w.show(verdict.Status, shown)
		switch {
		case ctx.Err() != nil:
			return nil, cancelled(live, verdict)
		case verdict.Ready:
			return live, nil
		case verdict.Failed:
			return nil, notInitialized(live, verdict)
		case !w.Now().Before(deadline) && verdict.GoodEnough:
			return live, nil
		case !w.Now().Before(deadline) && custom:
			return nil, &Problem{Object: live, Reasons: verdict.Reasons, text: "timed out waiting for the condition"}
		case !w.Now().Before(deadline):
			return nil, timedOut(live, verdict)
		}
		_ = w.Sleep(ctx, pause)
	}
}

// look judges the object as it is now. A read that fails leaves all as it was: the next may succeed.
func (w Waiter) look(ctx context.Context, judge Judge, last, before *unstructured.Unstructured, verdict Verdict) (*unstructured.Unstructured, Verdict) {
	live, err := w.World.Get(ctx, kindOf(last), last.GetNamespace(), last.GetName())
	if err != nil {
		if !apierrors.IsNotFound(err) && ctx.Err() == nil {
			verdict.Status = []Message{{Warning, err.Error()}}
		}
		return last, verdict
	}
	next, err := judge(ctx, Subject{Live: live, Before: before, World: w.World})
	if err != nil {
		if ctx.Err() == nil {
			verdict.Status = []Message{{Warning, err.Error()}}
		}
		return live, verdict
	}
	return live, next
}

// show puts messages beside the resource, unless they are there already.
func (w Waiter) show(messages []Message, shown string) string {
	var texts []string
	for _, message := range messages {
		texts = append(texts, message.Text)
	}
	now := strings.Join(texts, "\n")
	if now != shown {
		for _, message := range messages {
			w.Show(message)
		}
	}
	return now
}

// IsLive judges an object once, for a refresh, and returns a Problem when it is not live.
func (w Waiter) IsLive(ctx context.Context, inputs, live *unstructured.Unstructured) error {
	entry, custom, err := entryOf(inputs, live)
	if err != nil || custom || entry.judge == nil || !entry.onRead {
		return nil
	}
	verdict, err := entry.judge(ctx, Subject{Live: live, World: w.World})
	if err != nil || verdict.Ready || verdict.GoodEnough {
		return nil
	}
	return notInitialized(live, verdict)
}

// UntilGone waits until the object exists no longer, and returns a Problem when it still does at the end.
func (w Waiter) UntilGone(ctx context.Context, order Order) error {
	if object.IsAnnotated(order.Inputs, object.SkipAwait) && mayStayBehind(order.Inputs) {
		return nil
	}
	live, told := order.Live, false
	for deadline, pause := w.Now().Add(order.Timeout), firstLook; ; pause = min(pause*2, slowestLook) {
		now, err := w.World.Get(ctx, kindOf(live), live.GetNamespace(), live.GetName())
		switch {
		case apierrors.IsNotFound(err):
			return nil
		case ctx.Err() != nil:
			return cancelled(live, Verdict{})
		case err != nil:
			w.Show(Message{Warning, "unexpected error while checking cluster state: " + err.Error()})
		case order.Live.GetUID() != "" && now.GetUID() != order.Live.GetUID():
			// Another object of that name: somebody made it anew.
			return nil
		default:
			live = now
			if !told {
				w.Show(Message{Info, "Resource scheduled for deletion"})
				told = true
			}
		}
		if !w.Now().Before(deadline) {
			return &Problem{Object: live, text: "timed out waiting for the condition", Reasons: []string{
				fmt.Sprintf("finalizers might be preventing deletion (%s)", strings.Join(live.GetFinalizers(), ", "))}}
		}
		_ = w.Sleep(ctx, pause)
	}
}

// mayStayBehind are the kinds whose deletion, too, is not awaited with pulumi.com/skipAwait.
func mayStayBehind(inputs *unstructured.Unstructured) bool {
	switch kind := kindOf(inputs); kind.Group + "/" + kind.Kind {
	case "/Namespace", "/Pod", "/ReplicationController", "apps/DaemonSet", "apps/Deployment", "apps/StatefulSet", "batch/Job":
		return true
	}
	return false
}

func entryOf(inputs, live *unstructured.Unstructured) (found entry, custom bool, err error) {
	if object.IsAnnotated(inputs, object.SkipAwait) {
		return entry{}, true, nil
	}
	if expression := object.Annotation(live, object.WaitFor); expression != "" {
		found.judge, err = parseWaitFor(expression)
		return found, true, err
	}
	return kinds[kindOf(live).GroupKind()], false, nil
}

func kindOf(object *unstructured.Unstructured) schema.GroupVersionKind {
	return object.GroupVersionKind()
}

// AsProblem finds the Problem in an error.
func AsProblem(err error) *Problem {
	var problem *Problem
	if errors.As(err, &problem) {
		return problem
	}
	return nil
}

// NewWaiter is a waiter by the real clock.
func NewWaiter(world World, show func(Message)) Waiter {
	return Waiter{World: world, Show: show, Now: time.Now, Sleep: func(ctx context.Context, duration time.Duration) error {
		select {
		case <-time.After(duration):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
}
