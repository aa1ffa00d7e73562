package await

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

var podKind = corev1.SchemeGroupVersion.WithKind("Pod")

// judgePod awaits a pod that is scheduled, initialized and ready, or has succeeded.
func judgePod(_ context.Context, subject Subject) (Verdict, error) {
	pod, err := typedPod(subject.Live)
	if err != nil {
		return Verdict{}, err
	}
	step, problem, done := examinePod(pod)
	if done {
		return Verdict{Ready: true}, nil
	}
	verdict := waiting("%s", step)
	if problem.Text != "" {
		verdict.Status = append(verdict.Status, problem)
		if problem.Severity >= Warning {
			verdict.Reasons = []string{problem.Text}
		}
	}
	return verdict, nil
}

// podProblems are what is wrong with the pods of one owner, in the order of their names.
func podProblems(ctx context.Context, world World, namespace string, owner *unstructured.Unstructured) []string {
	pods, err := world.List(ctx, podKind, namespace, "")
	if err != nil {
		return nil
	}
	sort.Slice(pods, func(a, b int) bool { return pods[a].GetName() < pods[b].GetName() })
	var problems []string
	for index := range pods {
		if !isOwnedBy(&pods[index], owner) {
			continue
		}
		pod, err := typedPod(&pods[index])
		if err != nil {
			continue
		}
		if _, problem, _ := examinePod(pod); problem.Severity >= Warning {
			problems = append(problems, problem.Text)
		}
	}
	return problems
}

func warnings(texts []string) []Message {
	messages := make([]Message, len(texts))
	for index, text := range texts {
		messages[index] = Message{Warning, text}
	}
	return messages
}

func typedPod(object *unstructured.Unstructured) (*corev1.Pod, error) {
	pod := &corev1.Pod{}
	return pod, runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, pod)
}

// examinePod says which step a pod is at, and what holds it up there.
func examinePod(pod *corev1.Pod) (step string, problem Message, done bool) {
	name := qualifiedName(pod.Namespace, pod.Name)
	if scheduled := podCondition(pod, corev1.PodScheduled); scheduled == nil || scheduled.Status != corev1.ConditionTrue {
		step = fmt.Sprintf("Waiting for Pod %q to be scheduled", name)
		if scheduled != nil && scheduled.Reason != "" && scheduled.Message != "" {
			problem = Message{Info, scheduled.Message}
		}
		return step, problem, false
	}
	if initialized := podCondition(pod, corev1.PodInitialized); initialized == nil || initialized.Status != corev1.ConditionTrue {
		return fmt.Sprintf("Waiting for Pod %q to be initialized", name), podProblem(pod, initialized, name), false
	}
	ready := podCondition(pod, corev1.PodReady)
	if ready != nil && ready.Status == corev1.ConditionTrue || pod.Status.Phase == corev1.PodSucceeded {
		return "", Message{}, true
	}
	return fmt.Sprintf("Waiting for Pod %q to be ready", name), podProblem(pod, ready, name), false
}

func podCondition(pod *corev1.Pod, kind corev1.PodConditionType) *corev1.PodCondition {
	for index := range pod.Status.Conditions {
		if pod.Status.Conditions[index].Type == kind {
			return &pod.Status.Conditions[index]
		}
	}
	return nil
}

func podProblem(pod *corev1.Pod, condition *corev1.PodCondition, name string) Message {
	if condition == nil {
		return Message{}
	}
	containers := containerProblems(pod.Status.ContainerStatuses)
	if containers == "" && condition.Message == "" {
		return Message{}
	}
	text := fmt.Sprintf("[Pod %s]: ", name)
	if condition.Reason != "" {
		text += condition.Message
	}
	return Message{Warning, text + containers}
}

func containerProblems(statuses []corev1.ContainerStatus) string {
	var problems []string
	for _, status := range statuses {
		if status.Ready {
			continue
		}
		if state := status.State.Waiting; state != nil && state.Reason != "ContainerCreating" {
			problems = append(problems, fmt.Sprintf("[%s] %s", state.Reason, withoutRuntime(state.Message)))
		}
		if state := status.State.Terminated; state != nil && state.Reason != "" {
			if state.Message != "" {
				problems = append(problems, fmt.Sprintf("[%s] %s", state.Reason, withoutRuntime(state.Message)))
			} else {
				problems = append(problems, fmt.Sprintf("container %q completed with exit code %d", status.Name, state.ExitCode))
			}
		}
		if last := status.LastTerminationState.Terminated; last != nil {
			problems = append(problems, fmt.Sprintf("container %q terminated at %s (%s: exit code %d)",
				status.Name, last.FinishedAt.UTC().Format(time.RFC3339Nano), last.Reason, last.ExitCode))
			if last.Message != "" {
				problems = append(problems, last.Message)
			}
		}
	}
	return strings.Join(problems, "\n")
}

// withoutRuntime takes from a message what the container runtime puts around it.
func withoutRuntime(message string) string {
	message = strings.TrimPrefix(message, "rpc error: code = Unknown desc = Error response from daemon: ")
	return strings.TrimSuffix(message, ": manifest unknown")
}

func qualifiedName(namespace, name string) string {
	if namespace == "" || namespace == "default" {
		return name
	}
	return namespace + "/" + name
}
