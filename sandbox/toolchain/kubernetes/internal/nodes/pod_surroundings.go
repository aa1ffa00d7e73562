package nodes

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// podSurroundings is what a container of a pod of the cluster lives in.
type podSurroundings struct {
	kubelet   *kubelet
	ctx       context.Context
	pod       *corev1.Pod
	container *container
	facts     nodeFacts
}

func (s *podSurroundings) faulty(kind Kind, container *corev1.Container) bool {
	return s.kubelet.faults.has(kind, s.pod, container.Image)
}

func (s *podSurroundings) start(spec *corev1.Container, attempt int32) (execution, error) {
	variables, err := environmentOf(s.ctx, s.kubelet.client, s.pod, spec, s.facts)
	if err != nil {
		return nil, err
	}
	return s.kubelet.runner.start(s.ctx, s.pod, s.container, attempt, variables)
}

func (s *podSurroundings) event(kind, reason, message string) {
	field := fmt.Sprintf("spec.containers{%s}", s.container.spec.Name)
	if s.container.init {
		field = fmt.Sprintf("spec.initContainers{%s}", s.container.spec.Name)
	}
	s.kubelet.recorder.Event(&corev1.ObjectReference{
		Kind: "Pod", APIVersion: "v1", Namespace: s.pod.Namespace, Name: s.pod.Name, UID: s.pod.UID, ResourceVersion: s.pod.ResourceVersion, FieldPath: field,
	}, kind, reason, message)
}
