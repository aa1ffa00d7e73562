package nodes

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// tokenSeconds is longer than a task runs; whoever is started again gets a new token.
const tokenSeconds int64 = 24 * 60 * 60

// serviceAccounts keeps what a pod finds below /var/run/secrets/kubernetes.io/serviceaccount, in a folder for each pod.
type serviceAccounts struct {
	client kubernetes.Interface
	root   string
	ca     []byte
}

// clear removes what pods of an earlier run had.
func (s serviceAccounts) clear() error { return os.RemoveAll(s.root) }

// directory writes the pod's token, bound to the pod, and the way to check the API server. It is empty for pods that mount no token.
func (s serviceAccounts) directory(ctx context.Context, pod *corev1.Pod) (string, error) {
	if !mountsToken(pod) {
		return "", nil
	}
	seconds := tokenSeconds
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: &seconds,
		BoundObjectRef:    &authenticationv1.BoundObjectReference{Kind: "Pod", APIVersion: "v1", Name: pod.Name, UID: pod.UID},
	}}
	answer, err := s.client.CoreV1().ServiceAccounts(pod.Namespace).CreateToken(ctx, pod.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("failed to fetch token: %w", err)
	}
	directory := filepath.Join(s.root, string(pod.UID))
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return "", err
	}
	for name, text := range map[string][]byte{"token": []byte(answer.Status.Token), "ca.crt": s.ca, "namespace": []byte(pod.Namespace)} {
		if err := os.WriteFile(filepath.Join(directory, name), text, 0o600); err != nil {
			return "", err
		}
	}
	return directory, nil
}

func (s serviceAccounts) remove(uid types.UID) error {
	return os.RemoveAll(filepath.Join(s.root, string(uid)))
}

// mountsToken tells whether the API server's admission, or the user, gave the pod a token.
func mountsToken(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Spec.Volumes, func(volume corev1.Volume) bool {
		return volume.Projected != nil && slices.ContainsFunc(volume.Projected.Sources, func(source corev1.VolumeProjection) bool {
			return source.ServiceAccountToken != nil
		})
	})
}
