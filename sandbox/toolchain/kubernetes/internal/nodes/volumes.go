package nodes

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// volumes mounts what a pod asks for. Nothing has to lie in a folder, since most pods are not real, but what a kubelet would not find
// keeps the pod from starting here as well.
type volumes struct {
	client  kubernetes.Interface
	secrets *secretsStore
}

// mount tells what cannot be mounted, in the words of the kubelet's event FailedMount.
func (v volumes) mount(ctx context.Context, pod *corev1.Pod, region string) error {
	var errs []error
	for _, volume := range pod.Spec.Volumes {
		if err := v.mountOne(ctx, pod, volume, region); err != nil {
			errs = append(errs, fmt.Errorf("MountVolume.SetUp failed for volume %q : %w", volume.Name, err))
		}
	}
	return errors.Join(errs...)
}

func (v volumes) mountOne(ctx context.Context, pod *corev1.Pod, volume corev1.Volume, region string) error {
	switch {
	case volume.Secret != nil:
		return v.find(ctx, pod, corev1.VolumeProjection{Secret: &corev1.SecretProjection{
			LocalObjectReference: corev1.LocalObjectReference{Name: volume.Secret.SecretName},
			Items:                volume.Secret.Items, Optional: volume.Secret.Optional,
		}})
	case volume.ConfigMap != nil:
		return v.find(ctx, pod, corev1.VolumeProjection{ConfigMap: &corev1.ConfigMapProjection{
			LocalObjectReference: volume.ConfigMap.LocalObjectReference,
			Items:                volume.ConfigMap.Items, Optional: volume.ConfigMap.Optional,
		}})
	case volume.Projected != nil:
		for _, source := range volume.Projected.Sources {
			if err := v.find(ctx, pod, source); err != nil {
				return err
			}
		}
	case volume.CSI != nil && volume.CSI.Driver == secretsStoreDriver:
		return v.secrets.mount(ctx, pod, volume.CSI, region)
	case volume.CSI != nil:
		return fmt.Errorf("kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name %s not found in the list of registered CSI drivers", volume.CSI.Driver)
	}
	return nil
}

// find looks whether a Secret or ConfigMap and the wanted keys of it are there.
func (v volumes) find(ctx context.Context, pod *corev1.Pod, source corev1.VolumeProjection) error {
	var kind, name string
	var items []corev1.KeyToPath
	var optional *bool
	var keys []string
	var err error
	switch {
	case source.Secret != nil:
		kind, name, items, optional = "secret", source.Secret.Name, source.Secret.Items, source.Secret.Optional
		var found *corev1.Secret
		if found, err = v.client.CoreV1().Secrets(pod.Namespace).Get(ctx, name, metav1.GetOptions{}); err == nil {
			for key := range found.Data {
				keys = append(keys, key)
			}
		}
	case source.ConfigMap != nil:
		kind, name, items, optional = "configmap", source.ConfigMap.Name, source.ConfigMap.Items, source.ConfigMap.Optional
		var found *corev1.ConfigMap
		if found, err = v.client.CoreV1().ConfigMaps(pod.Namespace).Get(ctx, name, metav1.GetOptions{}); err == nil {
			for key := range found.Data {
				keys = append(keys, key)
			}
			for key := range found.BinaryData {
				keys = append(keys, key)
			}
		}
	default:
		return nil
	}
	if apierrors.IsNotFound(err) {
		if isTrue(optional) {
			return nil
		}
		return fmt.Errorf("%s %q not found", kind, name)
	}
	if err != nil {
		return err
	}
	for _, item := range items {
		if !slices.Contains(keys, item.Key) && !isTrue(optional) {
			return fmt.Errorf("references non-existent %s key: %s", kind, item.Key)
		}
	}
	return nil
}
