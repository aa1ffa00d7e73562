package nodes

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// testPod is a pod of the Deployment teamflow/backend.
func testPod(change ...func(*corev1.Pod)) *corev1.Pod {
	controller := true
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "backend-5d4f-x", Namespace: "teamflow", UID: "u1", Generation: 1, Labels: map[string]string{"pod-template-hash": "5d4f"},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "backend-5d4f", UID: "rs", Controller: &controller}},
		},
		Spec: corev1.PodSpec{
			NodeName: "node-a", RestartPolicy: corev1.RestartPolicyAlways,
			Containers: []corev1.Container{{Name: "main", Image: "registry/backend:1"}},
		},
	}
	for _, one := range change {
		one(pod)
	}
	return pod
}

func TestAFaultMeetsWhatAllItsPartsName(t *testing.T) {
	for entry, meets := range map[string]bool{
		`{"fault":"NotReady"}`:                     true,
		`{"fault":"NotReady","image":"backend:1"}`: true,
		`{"fault":"NotReady","workload":"backend","namespace":"teamflow","image":"registry/back"}`: true,
		`{"fault":"NotReady","workload":"back"}`:                                                   false,
		`{"fault":"NotReady","namespace":"other"}`:                                                 false,
		`{"fault":"NotReady","image":"frontend"}`:                                                  false,
		`{"fault":"Pending"}`:                                                                      false,
	} {
		faults, errs := parseFaults(map[string]string{"a": entry})
		set := &faultSet{faults: faults}
		if got := set.hasPod(NotReady, testPod()); len(errs) > 0 || got != meets {
			t.Errorf("%s: %t, %v", entry, got, errs)
		}
	}
}

func TestAWrongFaultIsNamedAndLiftsNoOther(t *testing.T) {
	for entry, says := range map[string]string{
		`{"fault":"Crash"}`:                        `"Crash" is none of the faults`,
		`{"fault":"NotReady","imgae":"x"}`:         "imgae",
		`{"fault":"NotReady","zone":"us-west-2a"}`: "only the fault Lost has a zone",
		`{"fault":"Lost"}`:                         "needs a zone",
		`NotReady`:                                 "is no fault",
	} {
		faults, errs := parseFaults(map[string]string{"good": `{"fault":"Lost","zone":"us-west-2a"}`, "wrong": entry})
		if len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "wrong: ") || !strings.Contains(errs[0].Error(), says) {
			t.Errorf("%s: %v", entry, errs)
		}
		if set := (&faultSet{faults: faults}); !set.lost("us-west-2a") || set.lost("us-west-2b") {
			t.Errorf("%s: the other fault is %v", entry, faults)
		}
	}
}

func TestLoadsAreOfRequests(t *testing.T) {
	loads, errs := parseLoads(map[string]string{"a": `{"workload":"backend","cpuPercent":90}`, "b": `{"cpu":1}`})
	if len(errs) != 1 {
		t.Errorf("errors are %v", errs)
	}
	pod := testPod()
	pod.Spec.Containers[0].Resources.Requests = list("200m", "100Mi")
	set := &loadSet{loads: loads}
	usage := set.usage(pod, &pod.Spec.Containers[0])
	if usage.Cpu().String() != "180m" || usage.Memory().String() != "45Mi" {
		t.Errorf("usage is %v", usage)
	}
	pod.Labels, pod.OwnerReferences = nil, nil
	usage = set.usage(pod, &pod.Spec.Containers[0])
	if usage.Cpu().String() != "30m" {
		t.Errorf("another's usage is %v", usage)
	}
}
