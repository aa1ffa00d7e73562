package nodes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
)

const (
	secretsStoreDriver = "secrets-store.csi.k8s.io"
	managedLabel       = "secrets-store.csi.k8s.io/managed"
)

var secretProviderClasses = schema.GroupVersionResource{Group: "secrets-store.csi.x-k8s.io", Version: "v1", Resource: "secretproviderclasses"}

// secretsStore is the secrets store's CSI driver with AWS's provider: it reads the secrets that a SecretProviderClass names and keeps
// the Secrets that are to be made of them.
type secretsStore struct {
	client  kubernetes.Interface
	dynamic dynamic.Interface
	// read gets a secret's text from Secrets Manager.
	read func(ctx context.Context, name, region string) (string, error)
	// syncing lets one pod at a time write a Secret that several share.
	syncing sync.Mutex
}

// providerClass is the part of a SecretProviderClass that AWS's provider reads.
type providerClass struct {
	Spec struct {
		Provider      string            `json:"provider"`
		Parameters    map[string]string `json:"parameters"`
		SecretObjects []secretObject    `json:"secretObjects"`
	} `json:"spec"`
}

// secretObject is a Secret that is to be made of what was mounted.
type secretObject struct {
	SecretName  string            `json:"secretName"`
	Type        corev1.SecretType `json:"type"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	Data        []struct {
		ObjectName string `json:"objectName"`
		Key        string `json:"key"`
	} `json:"data"`
}

// mount reads every object, as the driver does before it answers the kubelet, and then keeps the Secrets.
func (s *secretsStore) mount(ctx context.Context, pod *corev1.Pod, volume *corev1.CSIVolumeSource, region string) error {
	name := volume.VolumeAttributes["secretProviderClass"]
	failed := func(err error) error {
		return fmt.Errorf("rpc error: code = Unknown desc = failed to mount secrets store objects for pod %s/%s, err: %w", pod.Namespace, pod.Name, err)
	}
	if name == "" {
		return failed(errors.New("the volume has no attribute secretProviderClass"))
	}
	found, err := s.dynamic.Resource(secretProviderClasses).Namespace(pod.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return failed(fmt.Errorf("failed to get secretproviderclass %s/%s, error: %w", pod.Namespace, name, err))
	}
	class, err := readClass(found)
	if err != nil {
		return failed(err)
	}
	objects, err := parseObjects(class.Spec.Parameters["objects"])
	if err != nil {
		return failed(err)
	}
	if given := class.Spec.Parameters["region"]; given != "" {
		region = given
	}
	mounted := map[string]string{}
	for _, object := range objects {
		value, err := s.read(ctx, object.ObjectName, region)
		if err != nil {
			return failed(fmt.Errorf("rpc error: code = Unknown desc = Failed to fetch secret from all regions. Verify secret exists and required permissions are granted for: %s: %w", object.ObjectName, err))
		}
		if err := object.files(value, mounted); err != nil {
			return failed(err)
		}
	}
	s.syncing.Lock()
	defer s.syncing.Unlock()
	for _, wanted := range class.Spec.SecretObjects {
		if err := s.sync(ctx, pod, wanted, mounted); err != nil {
			return failed(err)
		}
	}
	return nil
}

func readClass(found *unstructured.Unstructured) (providerClass, error) {
	var class providerClass
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(found.Object, &class); err != nil {
		return class, fmt.Errorf("SecretProviderClass %s cannot be read: %w", found.GetName(), err)
	}
	if class.Spec.Provider != "aws" {
		return class, fmt.Errorf("error connecting to provider %q: provider not found: provider %q", class.Spec.Provider, class.Spec.Provider)
	}
	return class, nil
}

// sync makes or updates one Secret.
func (s *secretsStore) sync(ctx context.Context, pod *corev1.Pod, wanted secretObject, mounted map[string]string) error {
	data := map[string][]byte{}
	for _, entry := range wanted.Data {
		value, known := mounted[entry.ObjectName]
		if !known {
			return fmt.Errorf("file matching objectName %s not found in the pod", entry.ObjectName)
		}
		data[entry.Key] = []byte(value)
	}
	secrets := s.client.CoreV1().Secrets(pod.Namespace)
	existing, err := secrets.Get(ctx, wanted.SecretName, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		created := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: wanted.SecretName, Namespace: pod.Namespace}, Type: wanted.Type, Data: data}
		decorate(created, pod, wanted)
		_, err = secrets.Create(ctx, created, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	if existing.Labels[managedLabel] != "true" {
		return fmt.Errorf("the Secret %s/%s is there, but is not the driver's: it has no label %s", pod.Namespace, wanted.SecretName, managedLabel)
	}
	updated := existing.DeepCopy()
	updated.Data = data
	decorate(updated, pod, wanted)
	if equality.Semantic.DeepEqual(existing, updated) {
		return nil
	}
	_, err = secrets.Update(ctx, updated, metav1.UpdateOptions{})
	return err
}

// decorate marks the Secret as the driver's. It is owned by what owns the pods that mount it, so that it goes with the last of them.
func decorate(secret *corev1.Secret, pod *corev1.Pod, wanted secretObject) {
	labels := map[string]string{managedLabel: "true"}
	for key, value := range wanted.Labels {
		labels[key] = value
	}
	secret.Labels = labels
	if len(wanted.Annotations) > 0 {
		secret.Annotations = wanted.Annotations
	}
	owner := metav1.OwnerReference{APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID}
	if controller := metav1.GetControllerOf(pod); controller != nil {
		owner = metav1.OwnerReference{APIVersion: controller.APIVersion, Kind: controller.Kind, Name: controller.Name, UID: controller.UID}
	}
	if !slices.ContainsFunc(secret.OwnerReferences, func(other metav1.OwnerReference) bool { return other.UID == owner.UID }) {
		secret.OwnerReferences = append(secret.OwnerReferences, owner)
	}
}

// files adds what the object is mounted as: the whole text, and the parts of it that are asked for.
func (o storeObject) files(value string, mounted map[string]string) error {
	mounted[o.fileName()] = value
	for _, part := range o.JMESPath {
		found, err := pick(value, part.Path)
		if err != nil {
			return fmt.Errorf("failed to get %s of secret %s: %w", part.Path, o.ObjectName, err)
		}
		mounted[part.ObjectAlias] = found
	}
	return nil
}

// pick is the entry of a JSON text that a path of names names. That is the part of JMESPath that secrets need.
func pick(text, path string) (string, error) {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return "", errors.New("the secret is no JSON")
	}
	for _, name := range strings.Split(path, ".") {
		entries, _ := value.(map[string]any)
		entry, present := entries[strings.Trim(name, `"`)]
		if !present {
			return "", fmt.Errorf("JMES Path - %s for object alias does not point to a valid object", path)
		}
		value = entry
	}
	if text, ok := value.(string); ok {
		return text, nil
	}
	return "", fmt.Errorf("invalid JMES search result type for path %s: only string is allowed", path)
}
