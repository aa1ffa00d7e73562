package await

import (
	"context"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// judgeJob awaits a Job's completion. A Job that has failed for good is not awaited any longer.
func judgeJob(ctx context.Context, subject Subject) (Verdict, error) {
	job := &batchv1.Job{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(subject.Live.Object, job); err != nil {
		return Verdict{}, err
	}
	name := qualifiedName(job.Namespace, job.Name)
	if job.Status.StartTime == nil {
		return waiting("Waiting for Job %q to start", name), nil
	}
	verdict := waiting("Waiting for Job %q to succeed (Active: %d | Succeeded: %d | Failed: %d)",
		name, job.Status.Active, job.Status.Succeeded, job.Status.Failed)
	for _, condition := range job.Status.Conditions {
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case batchv1.JobComplete:
			return Verdict{Ready: true}, nil
		case batchv1.JobFailed:
			verdict.Failed = true
			verdict.Reasons = []string{fmt.Sprintf("[%s] %s", condition.Reason, condition.Message)}
		}
	}
	problems := podProblems(ctx, subject.World, job.Namespace, subject.Live)
	verdict.Reasons = append(verdict.Reasons, problems...)
	if verdict.Failed {
		verdict.Status = append(verdict.Status, warnings(problems)...)
	}
	return verdict, nil
}

// judgeStatefulSet awaits that all pods are ready and, after an update, that all are of the new revision.
func judgeStatefulSet(ctx context.Context, subject Subject) (Verdict, error) {
	live := subject.Live
	wanted := int64(1)
	if replicas, ok, _ := unstructured.NestedInt64(live.Object, "spec", "replicas"); ok {
		wanted = replicas
	}
	seen := live.GetGeneration() == field[int64](live, "status", "observedGeneration")
	readyPods := field[int64](live, "status", "readyReplicas")
	current, target := field[string](live, "status", "currentRevision"), field[string](live, "status", "updateRevision")
	// Of a rolling update that stops at a partition the older pods stay as they are.
	partition := field[int64](live, "spec", "updateStrategy", "rollingUpdate", "partition")
	podsReady := seen && readyPods >= wanted
	revisionReady := seen && (current == target || partition > 0 && field[int64](live, "status", "updatedReplicas") >= wanted-partition)
	if podsReady && revisionReady {
		return ready("StatefulSet initialization complete"), nil
	}
	var verdict Verdict
	switch {
	case live.GetGeneration() <= 1:
		verdict = waiting("[1/2] Waiting for StatefulSet to create Pods (%d/%d Pods ready)", readyPods, wanted)
	case !podsReady:
		verdict = waiting("[1/3] Waiting for StatefulSet update to roll out (%d/%d Pods ready)", readyPods, wanted)
	default:
		verdict = waiting("[2/3] Waiting for StatefulSet to update .status.currentRevision")
	}
	if !podsReady {
		verdict.Reasons = append(verdict.Reasons, fmt.Sprintf("%d out of %d replicas succeeded readiness checks", readyPods, wanted))
	}
	if !revisionReady {
		verdict.Reasons = append(verdict.Reasons, fmt.Sprintf(
			"StatefulSet controller failed to advance from revision %q to revision %q", current, target))
	}
	return withPods(ctx, subject, verdict), nil
}

// judgeDaemonSet awaits that every node that should has an updated, available pod.
func judgeDaemonSet(ctx context.Context, subject Subject) (Verdict, error) {
	live := subject.Live
	status := func(name string) int64 { return field[int64](live, "status", name) }
	observed := status("observedGeneration")
	wanted, hasWanted, _ := unstructured.NestedInt64(live.Object, "status", "desiredNumberScheduled")
	step := ""
	switch {
	case observed != live.GetGeneration():
		step = fmt.Sprintf("DaemonSet generation is %d, but latest observed generation is %d", live.GetGeneration(), observed)
	case !hasWanted:
		step = "Missing .status.desiredNumberScheduled"
	case status("currentNumberScheduled") < wanted:
		step = fmt.Sprintf("Current: %d/%d", status("currentNumberScheduled"), wanted)
	case status("updatedNumberScheduled") < wanted:
		step = fmt.Sprintf("Updated: %d/%d", status("updatedNumberScheduled"), wanted)
	case status("numberAvailable") < wanted:
		step = fmt.Sprintf("Available: %d/%d", status("numberAvailable"), wanted)
	case status("numberReady") < wanted:
		step = fmt.Sprintf("Ready: %d/%d", status("numberReady"), wanted)
	default:
		return ready(fmt.Sprintf("All replicas scheduled as expected. Replicas: %d", wanted)), nil
	}
	verdict := waiting("%s", step)
	verdict.Reasons = []string{step}
	return withPods(ctx, subject, verdict), nil
}

// judgeReplicationController awaits that all pods are available.
func judgeReplicationController(ctx context.Context, subject Subject) (Verdict, error) {
	wanted, available := field[int64](subject.Live, "spec", "replicas"), field[int64](subject.Live, "status", "availableReplicas")
	if wanted == available {
		return Verdict{Ready: true}, nil
	}
	return withPods(ctx, subject, waiting("Waiting for ReplicationController to create Pods (%d/%d Pods available)", available, wanted)), nil
}

// withPods adds what is wrong with the pods that an object owns.
func withPods(ctx context.Context, subject Subject, verdict Verdict) Verdict {
	problems := podProblems(ctx, subject.World, subject.Live.GetNamespace(), subject.Live)
	verdict.Status = append(verdict.Status, warnings(problems)...)
	verdict.Reasons = append(verdict.Reasons, problems...)
	return verdict
}
