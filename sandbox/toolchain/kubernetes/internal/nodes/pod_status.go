package nodes

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// status is the pod's status as its node tells it. What others write there (the scheduler's, gates' and controllers' conditions) is kept.
func (l *podLife) status(pod *corev1.Pod, hostIP string, now time.Time) corev1.PodStatus {
	status := *pod.Status.DeepCopy()
	started := seconds(l.startAt)
	status.StartTime = &started
	status.ObservedGeneration = pod.Generation
	status.HostIP, status.HostIPs = hostIP, []corev1.HostIP{{IP: hostIP}}
	if l.ip != "" {
		status.PodIP, status.PodIPs = l.ip, []corev1.PodIP{{IP: l.ip}}
	}
	status.InitContainerStatuses, status.ContainerStatuses = nil, nil
	for _, one := range l.containers {
		if one.init {
			status.InitContainerStatuses = append(status.InitContainerStatuses, one.status())
		} else {
			status.ContainerStatuses = append(status.ContainerStatuses, one.status())
		}
	}
	status.Phase = l.phase()
	if l.expired {
		status.Reason, status.Message = "DeadlineExceeded", "Pod was active on the node longer than the specified deadline"
	}
	l.conditions(pod, &status, now)
	return status
}

func (c *container) status() corev1.ContainerStatus {
	state := c.state
	if state == (corev1.ContainerState{}) {
		state.Waiting = &corev1.ContainerStateWaiting{Reason: c.creating}
	}
	started := c.started
	status := corev1.ContainerStatus{
		Name: c.spec.Name, Image: c.spec.Image, State: state, LastTerminationState: c.last, RestartCount: c.restarts,
		Ready: c.ready, Started: &started, ContainerID: c.id,
	}
	if c.init && !c.sidecar {
		status.Ready = c.succeeded()
	}
	if c.pulled {
		status.ImageID = imageID(c.spec.Image)
	}
	return status
}

// imageID is the image by its digest; one that is named by a tag gets a digest of its name, since nothing was pulled.
func imageID(image string) string {
	if strings.Contains(image, "@sha256:") {
		return image
	}
	repository := image
	if colon := strings.LastIndex(image, ":"); colon > strings.LastIndex(image, "/") {
		repository = image[:colon]
	}
	digest := sha256.Sum256([]byte(image))
	return repository + "@sha256:" + hex.EncodeToString(digest[:])
}

// phase follows the kubelet's getPhase.
func (l *podLife) phase() corev1.PodPhase {
	ending := l.expired || !l.endingSince.IsZero()
	var waiting, running, failed int
	for _, one := range l.containers {
		ended := one.state.Terminated
		if ended == nil {
			ended = one.last.Terminated
		}
		switch {
		case one.init && !one.sidecar && one.succeeded():
		case one.state.Running != nil && one.init && !one.initialized():
			waiting++
		case one.state.Running != nil:
			running++
		case one.sidecar && ended != nil:
		case ended == nil || one.init:
			waiting++
		case ended.ExitCode != 0:
			failed++
		}
	}
	switch {
	case l.uninitializable() || (l.expired && running == 0):
		return corev1.PodFailed
	case ending && running == 0 && waiting > 0:
		return corev1.PodFailed // it never ran and never will
	case waiting > 0:
		return corev1.PodPending
	case running > 0:
		return corev1.PodRunning
	case !ending && !l.worked():
		return corev1.PodRunning // something is about to be started again
	case failed > 0:
		return corev1.PodFailed
	default:
		return corev1.PodSucceeded
	}
}

func (l *podLife) conditions(pod *corev1.Pod, status *corev1.PodStatus, now time.Time) {
	var uninitialized, unready []string
	for _, one := range l.containers {
		if one.init && !one.initialized() {
			uninitialized = append(uninitialized, one.spec.Name)
		}
		if (!one.init || one.sidecar) && !one.ready {
			unready = append(unready, one.spec.Name)
		}
	}
	set := func(kind corev1.PodConditionType, holds bool, reason, message string) {
		condition := corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, ObservedGeneration: pod.Generation}
		if !holds {
			condition.Status, condition.Reason, condition.Message = corev1.ConditionFalse, reason, message
		}
		setCondition(status, condition, now)
	}
	set(corev1.PodScheduled, true, "", "")
	set(corev1.PodReadyToStartContainers, l.ip != "" && !terminal(status.Phase), "", "")
	set(corev1.PodInitialized, len(uninitialized) == 0, "ContainersNotInitialized",
		fmt.Sprintf("containers with incomplete status: [%s]", strings.Join(uninitialized, " ")))
	reason, message := "ContainersNotReady", fmt.Sprintf("containers with unready status: [%s]", strings.Join(unready, " "))
	switch status.Phase {
	case corev1.PodSucceeded:
		reason, message = "PodCompleted", ""
	case corev1.PodFailed:
		reason, message = "PodFailed", ""
	}
	containersReady := len(unready) == 0 && !terminal(status.Phase)
	set(corev1.ContainersReady, containersReady, reason, message)
	if containersReady {
		if closed := closedGates(pod, status); closed != "" {
			set(corev1.PodReady, false, "ReadinessGatesNotReady", closed)
			return
		}
	}
	set(corev1.PodReady, containersReady, reason, message)
}

// closedGates says which readiness gates are not open, in the kubelet's words.
func closedGates(pod *corev1.Pod, status *corev1.PodStatus) string {
	var closed []string
	for _, gate := range pod.Spec.ReadinessGates {
		condition := condition(status, gate.ConditionType)
		if condition == nil {
			closed = append(closed, fmt.Sprintf("corresponding condition of pod readiness gate %q does not exist.", gate.ConditionType))
		} else if condition.Status != corev1.ConditionTrue {
			closed = append(closed, fmt.Sprintf("the status of pod readiness gate %q is not \"True\", but %v", gate.ConditionType, condition.Status))
		}
	}
	return strings.Join(closed, ", ")
}

// setCondition keeps the time of the last transition while the condition's status stays.
func setCondition(status *corev1.PodStatus, wanted corev1.PodCondition, now time.Time) {
	wanted.LastTransitionTime = metav1.NewTime(now).Rfc3339Copy()
	if old := condition(status, wanted.Type); old != nil {
		if old.Status == wanted.Status {
			wanted.LastTransitionTime = old.LastTransitionTime
		}
		*old = wanted
		return
	}
	status.Conditions = append(status.Conditions, wanted)
}

func condition(status *corev1.PodStatus, kind corev1.PodConditionType) *corev1.PodCondition {
	index := slices.IndexFunc(status.Conditions, func(one corev1.PodCondition) bool { return one.Type == kind })
	if index < 0 {
		return nil
	}
	return &status.Conditions[index]
}

func terminal(phase corev1.PodPhase) bool {
	return phase == corev1.PodSucceeded || phase == corev1.PodFailed
}
