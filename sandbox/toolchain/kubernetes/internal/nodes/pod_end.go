package nodes

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// forgottenGrace is for containers whose pod was removed by force.
const forgottenGrace = 2 * time.Second

// end ends a pod's containers, says how they ended, and then lets the API server remove the pod. Finalizers are left to those who set them.
func (k *kubelet) end(ctx context.Context, pod *corev1.Pod, life *podLife, node keptNode) (time.Time, error) {
	if life.removed {
		return time.Time{}, nil
	}
	now := k.now()
	grace := time.Duration(0)
	if pod.DeletionGracePeriodSeconds != nil {
		grace = time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second
	}
	if life.endingSince.IsZero() {
		life.endingSince = now
		for _, one := range life.containers {
			if one.ready = false; one.state.Running != nil {
				k.recorder.Event(pod, corev1.EventTypeNormal, "Killing", "Stopping container "+one.spec.Name)
			}
		}
	}
	wake := life.stopAll(now, grace)
	if !terminal(pod.Status.Phase) {
		if err := k.write(ctx, pod, life.status(pod, node.address, now)); err != nil {
			return time.Time{}, err
		}
	}
	if !wake.IsZero() {
		return wake, nil
	}
	k.release(pod.Namespace+"/"+pod.Name, life)
	if grace > 0 {
		if err := k.remove(ctx, pod); err != nil {
			return time.Time{}, err
		}
	}
	life.removed = true
	return time.Time{}, nil
}

// orphaned removes a pod whose node is gone: a machine that went takes its pods with it.
func (k *kubelet) orphaned(ctx context.Context, pod *corev1.Pod) (time.Time, error) {
	k.forget(pod.Namespace + "/" + pod.Name)
	_, err := k.client.CoreV1().Nodes().Get(ctx, pod.Spec.NodeName, metav1.GetOptions{})
	if !apierrors.IsNotFound(err) {
		return k.now().Add(time.Second), err // so new that we have not seen it, or none of ours
	}
	return time.Time{}, k.fail(ctx, pod, "NodeLost", "the node "+pod.Spec.NodeName+" is gone")
}

// unreachable is what happens to a pod in a lost zone: it is not ready, and evicted at once, where Kubernetes waits for the seconds
// that it tolerates. Pods that tolerate an unreachable node without end stay, not ready.
func (k *kubelet) unreachable(ctx context.Context, pod *corev1.Pod) (time.Time, error) {
	if terminal(pod.Status.Phase) {
		return time.Time{}, nil
	}
	if !staysWhenUnreachable(pod) {
		k.forget(pod.Namespace + "/" + pod.Name)
		return time.Time{}, k.fail(ctx, pod, "NodeLost", "Node "+pod.Spec.NodeName+" which was running pod "+pod.Name+" is unresponsive")
	}
	status := *pod.Status.DeepCopy()
	setCondition(&status, corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionFalse, ObservedGeneration: pod.Generation}, k.now())
	return time.Time{}, k.write(ctx, pod, status)
}

func staysWhenUnreachable(pod *corev1.Pod) bool {
	for _, toleration := range pod.Spec.Tolerations {
		everything := toleration.Key == "" && toleration.Operator == corev1.TolerationOpExists
		effect := toleration.Effect == "" || toleration.Effect == corev1.TaintEffectNoExecute
		if (everything || toleration.Key == taintUnreachable) && effect && toleration.TolerationSeconds == nil {
			return true
		}
	}
	return false
}

// fail says that the pod failed, so that whoever counts its end can, and removes it.
func (k *kubelet) fail(ctx context.Context, pod *corev1.Pod, reason, message string) error {
	status := *pod.Status.DeepCopy()
	if !terminal(status.Phase) {
		status.Phase, status.Reason, status.Message = corev1.PodFailed, reason, message
		for _, kind := range []corev1.PodConditionType{corev1.PodReady, corev1.ContainersReady} {
			setCondition(&status, corev1.PodCondition{Type: kind, Status: corev1.ConditionFalse, Reason: "PodFailed", ObservedGeneration: pod.Generation}, k.now())
		}
		setCondition(&status, corev1.PodCondition{
			Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "DeletionByTaintManager", Message: message, ObservedGeneration: pod.Generation,
		}, k.now())
	}
	if err := k.write(ctx, pod, status); err != nil {
		return err
	}
	if pod.DeletionGracePeriodSeconds != nil && *pod.DeletionGracePeriodSeconds == 0 {
		return nil // only finalizers hold it
	}
	return k.remove(ctx, pod)
}

// remove has the API server let go of the pod.
func (k *kubelet) remove(ctx context.Context, pod *corev1.Pod) error {
	now := int64(0)
	err := k.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &pod.UID},
	})
	return ignoreGone(err, "cannot remove the pod")
}

// write patches what differs of the status, so that others' conditions stay; the pod's identity goes along, lest another pod of the
// same name is met.
func (k *kubelet) write(ctx context.Context, pod *corev1.Pod, status corev1.PodStatus) error {
	if equality.Semantic.DeepEqual(pod.Status, status) {
		return nil
	}
	before, err := json.Marshal(corev1.Pod{Status: pod.Status})
	if err != nil {
		return err
	}
	after, err := json.Marshal(corev1.Pod{ObjectMeta: metav1.ObjectMeta{UID: pod.UID}, Status: status})
	if err != nil {
		return err
	}
	patch, err := strategicpatch.CreateTwoWayMergePatch(before, after, corev1.Pod{})
	if err != nil {
		return fmt.Errorf("cannot compare the pod's status: %w", err)
	}
	_, err = k.client.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
	if apierrors.IsConflict(err) {
		return nil // another pod has its name; its own event follows
	}
	return ignoreGone(err, "cannot write the pod's status")
}
