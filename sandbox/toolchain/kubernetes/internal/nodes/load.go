package nodes

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// LoadName is the ConfigMap whose entries say how busy pods are.
const LoadName = "slipway-load"

// What pods use of what they request while nothing else is said: so little that nothing scales.
const (
	idleCPUPercent    = 15
	idleMemoryPercent = 45
)

// Load is how busy the pods of a workload are, in percent of what they request.
type Load struct {
	Namespace     string `json:"namespace,omitempty"`
	Workload      string `json:"workload,omitempty"`
	CPUPercent    *int64 `json:"cpuPercent,omitempty"`
	MemoryPercent *int64 `json:"memoryPercent,omitempty"`
}

func parseLoads(entries map[string]string) ([]Load, []error) {
	var loads []Load
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		var load Load
		decoder := json.NewDecoder(strings.NewReader(entries[key]))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&load); err != nil {
			errs = append(errs, fmt.Errorf("%s: %q is no load: %w", key, entries[key], err))
			continue
		}
		loads = append(loads, load)
	}
	return loads, errs
}

// loadSet is how busy pods are at present.
type loadSet struct {
	mu    sync.RWMutex
	loads []Load
}

func (s *loadSet) replace(loads []Load) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads = loads
}

// usage is what a container of the pod uses. Where nothing is requested, it uses next to nothing.
func (s *loadSet) usage(pod *corev1.Pod, container *corev1.Container) corev1.ResourceList {
	s.mu.RLock()
	defer s.mu.RUnlock()
	cpu, memory := int64(idleCPUPercent), int64(idleMemoryPercent)
	for _, load := range s.loads {
		if (load.Namespace != "" && load.Namespace != pod.Namespace) || (load.Workload != "" && load.Workload != workloadOf(pod)) {
			continue
		}
		if load.CPUPercent != nil {
			cpu = *load.CPUPercent
		}
		if load.MemoryPercent != nil {
			memory = *load.MemoryPercent
		}
	}
	requests := container.Resources.Requests
	milli := max(requests.Cpu().MilliValue()*cpu/100, 1)
	bytes := max(requests.Memory().Value()*memory/100, 1<<20)
	return corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewMilliQuantity(milli, resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(bytes, resource.BinarySI),
	}
}
