package nodes

import (
	"context"
	"maps"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestExpansion(t *testing.T) {
	variables := map[string]string{"A": "1", "B": ""}
	for text, wanted := range map[string]string{
		"$(A)": "1", "x$(A)y$(B)z": "x1yz", "$(C)": "$(C)", "$$(A)": "$(A)", "$A": "$A", "$(A": "$(A", "$": "$", "": "",
	} {
		if got := expand(text, variables); got != wanted {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func objectMeta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: "teamflow"}
}

func TestVariablesComeFromWhereTheyAreKept(t *testing.T) {
	client := fake.NewClientset(
		&corev1.ConfigMap{ObjectMeta: objectMeta("settings"), Data: map[string]string{"LEVEL": "info"}},
		&corev1.Secret{ObjectMeta: objectMeta("app"), Data: map[string][]byte{"PASSWORD": []byte("p")}},
	)
	pod := testPod()
	main := &pod.Spec.Containers[0]
	main.Resources.Limits = list("1500m", "256Mi")
	main.EnvFrom = []corev1.EnvFromSource{
		{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}},
		{Prefix: "APP_", SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "app"}}},
	}
	field := func(path string) *corev1.EnvVarSource {
		return &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}
	}
	main.Env = []corev1.EnvVar{
		{Name: "URL", Value: "x:$(APP_PASSWORD)"},
		{Name: "HASH", ValueFrom: field("metadata.labels['pod-template-hash']")},
		{Name: "IP", ValueFrom: field("status.podIP")},
		{Name: "CPUS", ValueFrom: &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "limits.cpu"}}},
	}
	got, err := environmentOf(context.Background(), client, pod, main, nodeFacts{podIP: "10.0.0.9"})
	wanted := map[string]string{"LEVEL": "info", "APP_PASSWORD": "p", "URL": "x:p", "HASH": "5d4f", "IP": "10.0.0.9", "CPUS": "2"}
	if err != nil || !maps.Equal(got, wanted) {
		t.Errorf("%v %v", got, err)
	}
}

func TestAVariableThatCannotBeHadIsNamed(t *testing.T) {
	client := fake.NewClientset(&corev1.Secret{ObjectMeta: objectMeta("app")})
	yes := true
	key := func(name string, optional *bool) *corev1.EnvVarSource {
		return &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: "PASSWORD", Optional: optional,
		}}
	}
	for _, test := range []struct {
		from *corev1.EnvVarSource
		says string
	}{
		{key("other", nil), `secret "other" not found`},
		{key("app", nil), "couldn't find key PASSWORD in Secret teamflow/app"},
		{key("other", &yes), ""},
		{key("app", &yes), ""},
	} {
		pod := testPod()
		pod.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "X", ValueFrom: test.from}}
		got, err := environmentOf(context.Background(), client, pod, &pod.Spec.Containers[0], nodeFacts{})
		if test.says == "" {
			if _, set := got["X"]; err != nil || set {
				t.Errorf("an optional one: %v %v", got, err)
			}
			continue
		}
		if known, ok := err.(startError); !ok || known.reason != "CreateContainerConfigError" || known.message != test.says {
			t.Errorf("%v is not %s", err, test.says)
		}
	}
}
