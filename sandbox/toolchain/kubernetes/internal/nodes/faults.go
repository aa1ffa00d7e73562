package nodes

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// FaultsName is the ConfigMap whose entries say what is to go wrong.
const FaultsName = "slipway-faults"

// Kind is what goes wrong.
type Kind string

// What can go wrong.
const (
	noFault          Kind = ""
	ImagePullBackOff Kind = "ImagePullBackOff"
	CrashLoopBackOff Kind = "CrashLoopBackOff"
	NotReady         Kind = "NotReady"
	Pending          Kind = "Pending"
	// Lost is for a whole zone.
	Lost Kind = "Lost"
)

// Fault is one entry: of what is named, everything has to match. One that names only a kind meets every pod.
type Fault struct {
	// Image is part of the image's name.
	Image     string `json:"image,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	// Workload is the name of the Deployment, StatefulSet, DaemonSet or Job.
	Workload string `json:"workload,omitempty"`
	// Zone is for the kind Lost only.
	Zone string `json:"zone,omitempty"`
	Kind Kind   `json:"fault"`
}

// parseFaults reads the entries in the order of their keys. What cannot be read is told and left out: a typing error in one must not lift the others.
func parseFaults(entries map[string]string) ([]Fault, []error) {
	var faults []Fault
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		fault, err := parseFault(entries[key])
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", key, err))
			continue
		}
		faults = append(faults, fault)
	}
	return faults, errs
}

func parseFault(text string) (Fault, error) {
	var fault Fault
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&fault); err != nil {
		return Fault{}, fmt.Errorf("%q is no fault: %w", text, err)
	}
	switch fault.Kind {
	case ImagePullBackOff, CrashLoopBackOff, NotReady, Pending:
		if fault.Zone != "" {
			return Fault{}, fmt.Errorf("only the fault %s has a zone", Lost)
		}
	case Lost:
		if fault.Zone == "" {
			return Fault{}, fmt.Errorf("the fault %s needs a zone", Lost)
		}
	default:
		return Fault{}, fmt.Errorf("%q is none of the faults %s, %s, %s, %s, %s",
			fault.Kind, ImagePullBackOff, CrashLoopBackOff, NotReady, Pending, Lost)
	}
	return fault, nil
}

// faultSet is what is to go wrong at present.
type faultSet struct {
	mu     sync.RWMutex
	faults []Fault
}

func (s *faultSet) replace(faults []Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = faults
}

// has tells whether a fault of that kind meets the container. Several may meet the same one.
func (s *faultSet) has(kind Kind, pod *corev1.Pod, image string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.ContainsFunc(s.faults, func(fault Fault) bool {
		return fault.Kind == kind &&
			strings.Contains(image, fault.Image) &&
			(fault.Namespace == "" || fault.Namespace == pod.Namespace) &&
			(fault.Workload == "" || fault.Workload == workloadOf(pod))
	})
}

// hasPod tells whether a fault of that kind meets any container of the pod.
func (s *faultSet) hasPod(kind Kind, pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Spec.Containers, func(container corev1.Container) bool {
		return s.has(kind, pod, container.Image)
	})
}

func (s *faultSet) lost(zone string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.ContainsFunc(s.faults, func(fault Fault) bool { return fault.Kind == Lost && fault.Zone == zone })
}

// workloadOf is the name of what the user made: a Deployment for a ReplicaSet's pod, else the controller, else the pod itself.
func workloadOf(pod *corev1.Pod) string {
	owner := metav1.GetControllerOf(pod)
	if owner == nil {
		return pod.Name
	}
	if owner.Kind == "ReplicaSet" {
		return strings.TrimSuffix(owner.Name, "-"+pod.Labels["pod-template-hash"])
	}
	return owner.Name
}
