package nodes

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// configError is why a container's variables cannot be had, as kubelets say it.
func configError(format string, values ...any) error {
	return startError{"CreateContainerConfigError", fmt.Sprintf(format, values...)}
}

// environmentOf are a container's variables: of all images, since a variable that cannot be had keeps a container from starting whether
// a process stands for it or not.
func environmentOf(ctx context.Context, client kubernetes.Interface, pod *corev1.Pod, container *corev1.Container, node nodeFacts) (map[string]string, error) {
	source := valueSource{ctx: ctx, client: client, pod: pod, container: container, node: node}
	variables := map[string]string{}
	for _, from := range container.EnvFrom {
		if err := source.addAll(variables, from); err != nil {
			return nil, err
		}
	}
	for _, one := range container.Env {
		value := expand(one.Value, variables)
		if one.ValueFrom != nil {
			read, present, err := source.read(one.ValueFrom)
			if err != nil {
				return nil, err
			}
			if !present {
				continue
			}
			value = read
		}
		variables[one.Name] = value
	}
	return variables, nil
}

// nodeFacts are what a pod may ask of where it runs.
type nodeFacts struct{ hostIP, podIP string }

type valueSource struct {
	ctx       context.Context
	client    kubernetes.Interface
	pod       *corev1.Pod
	container *corev1.Container
	node      nodeFacts
}

func (s valueSource) addAll(variables map[string]string, from corev1.EnvFromSource) error {
	var entries map[string]string
	var err error
	switch {
	case from.ConfigMapRef != nil:
		entries, err = s.configMap(from.ConfigMapRef.Name, from.ConfigMapRef.Optional)
	case from.SecretRef != nil:
		entries, err = s.secret(from.SecretRef.Name, from.SecretRef.Optional)
	}
	for name, value := range entries {
		variables[from.Prefix+name] = value
	}
	return err
}

// read tells whether there is a value at all: an optional one may be missing.
func (s valueSource) read(from *corev1.EnvVarSource) (string, bool, error) {
	switch {
	case from.ConfigMapKeyRef != nil:
		ref := from.ConfigMapKeyRef
		entries, err := s.configMap(ref.Name, ref.Optional)
		return s.pick(entries, err, "ConfigMap", ref.Name, ref.Key, ref.Optional)
	case from.SecretKeyRef != nil:
		ref := from.SecretKeyRef
		entries, err := s.secret(ref.Name, ref.Optional)
		return s.pick(entries, err, "Secret", ref.Name, ref.Key, ref.Optional)
	case from.FieldRef != nil:
		value, err := s.field(from.FieldRef.FieldPath)
		return value, true, err
	case from.ResourceFieldRef != nil:
		value, err := s.resource(from.ResourceFieldRef)
		return value, true, err
	}
	return "", false, configError("the nodes of the sandbox do not know this source of a variable")
}

func (s valueSource) pick(entries map[string]string, err error, kind, name, key string, optional *bool) (string, bool, error) {
	if err != nil {
		return "", false, err
	}
	value, present := entries[key]
	if !present && !isTrue(optional) {
		return "", false, configError("couldn't find key %s in %s %s/%s", key, kind, s.pod.Namespace, name)
	}
	return value, present, nil
}

func (s valueSource) configMap(name string, optional *bool) (map[string]string, error) {
	found, err := s.client.CoreV1().ConfigMaps(s.pod.Namespace).Get(s.ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, unlessOptional(err, "configmap", name, optional)
	}
	return found.Data, nil
}

func (s valueSource) secret(name string, optional *bool) (map[string]string, error) {
	found, err := s.client.CoreV1().Secrets(s.pod.Namespace).Get(s.ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, unlessOptional(err, "secret", name, optional)
	}
	entries := map[string]string{}
	for key, value := range found.Data {
		entries[key] = string(value)
	}
	return entries, nil
}

func unlessOptional(err error, kind, name string, optional *bool) error {
	if apierrors.IsNotFound(err) {
		if isTrue(optional) {
			return nil
		}
		return configError("%s %q not found", kind, name)
	}
	return configError("cannot read %s %q: %v", kind, name, err)
}

func (s valueSource) field(path string) (string, error) {
	for prefix, entries := range map[string]map[string]string{"metadata.labels": s.pod.Labels, "metadata.annotations": s.pod.Annotations} {
		if key, found := strings.CutPrefix(path, prefix+"['"); found {
			return entries[strings.TrimSuffix(key, "']")], nil
		}
	}
	fields := map[string]string{
		"metadata.name": s.pod.Name, "metadata.namespace": s.pod.Namespace, "metadata.uid": string(s.pod.UID),
		"spec.nodeName": s.pod.Spec.NodeName, "spec.serviceAccountName": s.pod.Spec.ServiceAccountName,
		"status.podIP": s.node.podIP, "status.podIPs": s.node.podIP, "status.hostIP": s.node.hostIP, "status.hostIPs": s.node.hostIP,
	}
	value, known := fields[path]
	if !known {
		return "", configError("the field %s is none of %s", path, strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
	}
	return value, nil
}

func (s valueSource) resource(ref *corev1.ResourceFieldSelector) (string, error) {
	kind, name, _ := strings.Cut(ref.Resource, ".")
	lists := map[string]corev1.ResourceList{"limits": s.container.Resources.Limits, "requests": s.container.Resources.Requests}
	quantity, present := lists[kind][corev1.ResourceName(name)]
	if !present {
		return "", configError("the container has no %s of its own", ref.Resource)
	}
	divisor := ref.Divisor.AsApproximateFloat64()
	if divisor == 0 {
		divisor = 1
	}
	// Rounded up, as kubelets do.
	return fmt.Sprint(int64(math.Ceil(quantity.AsApproximateFloat64() / divisor))), nil
}

func isTrue(optional *bool) bool { return optional != nil && *optional }
