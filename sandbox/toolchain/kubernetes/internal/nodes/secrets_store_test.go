package nodes

import (
	"context"
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"
)

const storeARN = "arn:aws:secretsmanager:us-west-2:123456789012:secret:teamflow/app-AbCdEf"

// testStore knows one SecretProviderClass, of which parts may be another's.
func testStore(objects string, existing ...runtime.Object) *secretsStore {
	class := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass",
		"metadata": map[string]any{"name": "app", "namespace": "teamflow"},
		"spec": map[string]any{
			"provider": "aws", "parameters": map[string]any{"objects": objects, "usePodIdentity": "true"},
			"secretObjects": []any{map[string]any{
				"secretName": "app-secrets", "type": "Opaque",
				"data": []any{map[string]any{"objectName": "jwt", "key": "JWT_SECRET"}, map[string]any{"objectName": "whole", "key": "ALL"}},
			}},
		},
	}}
	kinds := map[schema.GroupVersionResource]string{secretProviderClasses: "SecretProviderClassList"}
	return &secretsStore{
		client:  fake.NewClientset(existing...),
		dynamic: dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), kinds, class),
		read: func(_ context.Context, name, region string) (string, error) {
			if name != storeARN || region != "us-west-2" {
				return "", errors.New("ResourceNotFoundException: no such secret")
			}
			return `{"jwt":{"current":"planted"},"n":1}`, nil
		},
	}
}

const goodObjects = "- objectName: " + storeARN + "\n  objectAlias: whole\n  jmesPath:\n    - path: jwt.current\n      objectAlias: jwt\n"

func mountApp(store *secretsStore, class string) error {
	volume := &corev1.CSIVolumeSource{Driver: secretsStoreDriver, VolumeAttributes: map[string]string{"secretProviderClass": class}}
	return store.mount(context.Background(), testPod(), volume, "us-west-2")
}

func TestAMountedSecretIsKeptAsASecretOfTheWorkload(t *testing.T) {
	store := testStore(goodObjects)
	for range 2 { // the second pod finds it as it should be
		if err := mountApp(store, "app"); err != nil {
			t.Fatal(err)
		}
	}
	secret, err := store.client.CoreV1().Secrets("teamflow").Get(context.Background(), "app-secrets", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if string(secret.Data["JWT_SECRET"]) != "planted" || !strings.Contains(string(secret.Data["ALL"]), `"n":1`) {
		t.Errorf("data are %v", secret.Data)
	}
	if secret.Labels[managedLabel] != "true" || len(secret.OwnerReferences) != 1 || secret.OwnerReferences[0].Name != "backend-5d4f" {
		t.Errorf("marked %v %v", secret.Labels, secret.OwnerReferences)
	}
}

func TestWhatCannotBeMountedIsNamed(t *testing.T) {
	foreign := &corev1.Secret{ObjectMeta: objectMeta("app-secrets")}
	for name, test := range map[string]struct {
		store *secretsStore
		class string
		says  string
	}{
		"no such class":          {testStore(goodObjects), "other", "failed to get secretproviderclass teamflow/other"},
		"no class named":         {testStore(goodObjects), "", "no attribute secretProviderClass"},
		"no such secret":         {testStore("- objectName: x\n  objectType: secretsmanager"), "app", "ResourceNotFoundException"},
		"a name without a type":  {testStore("- objectName: x"), "app", "must use objectType"},
		"another service":        {testStore("- objectName: x\n  objectType: ssmparameter"), "app", "reads secrets of secretsmanager only"},
		"no list":                {testStore("objectName: x"), "app", "is no list"},
		"no such entry":          {testStore("- objectName: " + storeARN + "\n  jmesPath: [{path: other, objectAlias: jwt}]"), "app", "JMES Path - other"},
		"an entry of no text":    {testStore("- objectName: " + storeARN + "\n  jmesPath: [{path: \"n\", objectAlias: jwt}]"), "app", "only string is allowed"},
		"what was not mounted":   {testStore("- objectName: " + storeARN), "app", "objectName jwt not found"},
		"somebody else's Secret": {testStore(goodObjects, foreign), "app", "is not the driver's"},
	} {
		if err := mountApp(test.store, test.class); err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "planted") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVolumesThatAreNotThereHoldThePodBack(t *testing.T) {
	store := testStore(goodObjects)
	v := volumes{client: fake.NewClientset(&corev1.ConfigMap{ObjectMeta: objectMeta("settings"), Data: map[string]string{"a": ""}}), secrets: store}
	settings := func(key string) corev1.VolumeSource {
		return corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}, Items: []corev1.KeyToPath{{Key: key}},
		}}
	}
	for says, source := range map[string]corev1.VolumeSource{
		"": settings("a"),
		`MountVolume.SetUp failed for volume "v" : references non-existent configmap key: b`: settings("b"),
		`MountVolume.SetUp failed for volume "v" : secret "s" not found`:                     {Secret: &corev1.SecretVolumeSource{SecretName: "s"}},
		"driver name ebs.csi.aws.com not found":                                              {CSI: &corev1.CSIVolumeSource{Driver: "ebs.csi.aws.com"}},
	} {
		pod := testPod(func(pod *corev1.Pod) { pod.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: source}} })
		err := v.mount(context.Background(), pod, "us-west-2")
		if (says == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), says)) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}
