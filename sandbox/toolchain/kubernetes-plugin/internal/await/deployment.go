package await

import (
	"context"
	"fmt"
	"sort"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const revisionAnnotation = "deployment.kubernetes.io/revision"

var (
	replicaSetKind = appsv1.SchemeGroupVersion.WithKind("ReplicaSet")
	claimKind      = corev1.SchemeGroupVersion.WithKind("PersistentVolumeClaim")
)

// judgeDeployment awaits that the controller has seen the change, that the ReplicaSet of the newest revision has all of
// its pods ready, that the Deployment is available, and, unless it is the first revision, that the rollout is over.
func judgeDeployment(ctx context.Context, subject Subject) (Verdict, error) {
	live := subject.Live
	if live.GetGeneration() != field[int64](live, "status", "observedGeneration") {
		return Verdict{Reasons: []string{"Minimum number of live Pods was not attained"}}, nil
	}
	rollout, err := readRollout(ctx, subject)
	if err != nil {
		return Verdict{}, err
	}
	if rollout.isOver() {
		verdict := ready("Deployment initialization complete")
		if rollout.wanted == 0 {
			verdict.Status = append(verdict.Status, Message{Warning, fmt.Sprintf("Replicas scaled to 0 for Deployment %q", live.GetName())})
		}
		return verdict, nil
	}
	verdict := Verdict{Reasons: rollout.reasons(), Status: warnings(rollout.complaints)}
	for _, claim := range rollout.unbound {
		verdict.Status = append(verdict.Status, Message{Warning, fmt.Sprintf(
			"PersistentVolumeClaim: [%s] is not ready. status.phase currently at: %s", claim.GetName(), field[string](&claim, "status", "phase"))})
	}
	if !rollout.podsReady {
		verdict.Status = append(verdict.Status, Message{Info, fmt.Sprintf(
			"Waiting for app ReplicaSet to be available (%d/%d Pods available)", rollout.readyPods, rollout.wanted)})
	}
	if rollout.replicaSet != nil {
		problems := podProblems(ctx, subject.World, live.GetNamespace(), rollout.replicaSet)
		verdict.Status = append(verdict.Status, warnings(problems)...)
		verdict.Reasons = append(verdict.Reasons, problems...)
	}
	return verdict, nil
}

// rollout is how far a Deployment's newest revision is.
type rollout struct {
	first      bool
	available  bool
	progressed bool
	replicaSet *unstructured.Unstructured
	podsReady  bool
	// readyPods of the wanted ones of the ReplicaSet.
	readyPods, wanted int64
	unbound           []unstructured.Unstructured
	// complaints are what the Deployment's conditions say.
	complaints []string
}

func readRollout(ctx context.Context, subject Subject) (rollout, error) {
	live := subject.Live
	revision := live.GetAnnotations()[revisionAnnotation]
	state := rollout{first: revision == "1"}
	if progressing := condition(live, "Progressing"); progressing != nil {
		state.progressed = progressing["status"] == "True" && progressing["reason"] == "NewReplicaSetAvailable"
		state.complain(progressing)
	}
	if available := condition(live, "Available"); available != nil {
		state.available = available["status"] == "True"
		state.complain(available)
	}
	sets, err := subject.World.List(ctx, replicaSetKind, live.GetNamespace(), "")
	if err != nil {
		return state, err
	}
	for index := range sets {
		if revision != "" && sets[index].GetAnnotations()[revisionAnnotation] == revision && isOwnedBy(&sets[index], live) {
			state.replicaSet = &sets[index]
		}
	}
	if state.replicaSet != nil {
		// The ReplicaSet's own number, not the Deployment's inputs': somebody may have scaled it since.
		state.wanted = 1
		if replicas, ok, _ := unstructured.NestedInt64(state.replicaSet.Object, "spec", "replicas"); ok {
			state.wanted = replicas
		}
		state.readyPods = field[int64](state.replicaSet, "status", "readyReplicas")
		state.podsReady = state.readyPods >= state.wanted
	}
	state.unbound, err = unboundClaims(ctx, subject)
	return state, err
}

func (r *rollout) complain(condition map[string]any) {
	reason, hasReason := condition["reason"].(string)
	message, hasMessage := condition["message"].(string)
	if condition["status"] != "True" && hasReason && hasMessage {
		r.complaints = append(r.complaints, fmt.Sprintf("[%s] %s", reason, message))
	}
}

func (r *rollout) isOver() bool {
	return r.available && r.podsReady && len(r.unbound) == 0 && (r.first || r.progressed)
}

func (r *rollout) reasons() []string {
	reasons := append([]string{}, r.complaints...)
	if len(r.unbound) > 0 {
		var names []string
		for _, claim := range r.unbound {
			names = append(names, claim.GetName())
		}
		sort.Strings(names)
		reasons = append(reasons, fmt.Sprintf("Failed to bind PersistentVolumeClaim(s): %q", strings.Join(names, ",")))
	}
	switch {
	case !r.available:
		return append(reasons, "Minimum number of live Pods was not attained")
	case r.first && !r.podsReady || !r.first && !r.progressed:
		return append(reasons, "Minimum number of Pods to consider the application live was not attained")
	case !r.podsReady:
		return append(reasons, "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live")
	}
	return reasons
}

// unboundClaims are those of the claims that the Deployment's volumes name which no volume satisfies yet.
func unboundClaims(ctx context.Context, subject Subject) ([]unstructured.Unstructured, error) {
	named := map[string]bool{}
	for _, element := range field[[]any](subject.Live, "spec", "template", "spec", "volumes") {
		if volume, ok := element.(map[string]any); ok {
			if name, ok, _ := unstructured.NestedString(volume, "persistentVolumeClaim", "claimName"); ok {
				named[name] = true
			}
		}
	}
	if len(named) == 0 {
		return nil, nil
	}
	claims, err := subject.World.List(ctx, claimKind, subject.Live.GetNamespace(), "")
	if err != nil {
		return nil, err
	}
	var unbound []unstructured.Unstructured
	for _, claim := range claims {
		if named[claim.GetName()] && field[string](&claim, "status", "phase") != string(corev1.ClaimBound) {
			unbound = append(unbound, claim)
		}
	}
	return unbound, nil
}
