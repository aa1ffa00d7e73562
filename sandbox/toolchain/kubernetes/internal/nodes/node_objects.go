package nodes

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// instanceType has what a node offers: 4 processors, 16 GiB.
const instanceType = "m7i.xlarge"

const (
	taintNotReady    = "node.kubernetes.io/not-ready"
	taintUnreachable = "node.kubernetes.io/unreachable"
)

// newInstanceID is a name as EC2 gives it; nodes of Auto Mode are named by their instance.
func newInstanceID() string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	return "i-0" + hex.EncodeToString(random[:])
}

// newNode is a node of Auto Mode's general-purpose pool.
func newNode(name string, zone Zone) *corev1.Node {
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: name,
			Labels: map[string]string{
				corev1.LabelTopologyZone:         zone.Name,
				corev1.LabelTopologyRegion:       zone.Region(),
				corev1.LabelHostname:             name,
				corev1.LabelOSStable:             "linux",
				corev1.LabelArchStable:           "amd64",
				corev1.LabelInstanceTypeStable:   instanceType,
				"eks.amazonaws.com/compute-type": "auto",
				"eks.amazonaws.com/nodeclass":    "default",
				"karpenter.sh/nodepool":          "general-purpose",
				"karpenter.sh/capacity-type":     "on-demand",
			},
		},
		Spec: corev1.NodeSpec{ProviderID: fmt.Sprintf("aws:///%s/%s", zone.Name, name)},
	}
}

// nodeStatus is the status of a node that is well, or of one that nobody hears of.
func nodeStatus(node *corev1.Node, address string, port int32, version string, lost bool, now time.Time) corev1.NodeStatus {
	status := node.Status.DeepCopy()
	amounts := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("4"),
		corev1.ResourceMemory:           resource.MustParse("16Gi"),
		corev1.ResourcePods:             resource.MustParse("110"),
		corev1.ResourceEphemeralStorage: resource.MustParse("80Gi"),
	}
	status.Capacity = amounts
	status.Allocatable = amounts
	status.Addresses = []corev1.NodeAddress{
		{Type: corev1.NodeInternalIP, Address: address},
		{Type: corev1.NodeHostName, Address: node.Name},
		{Type: corev1.NodeInternalDNS, Address: internalName(node, address)},
		// Where the API server fetches logs (--kubelet-preferred-address-types=ExternalIP): all nodes are this process.
		{Type: corev1.NodeExternalIP, Address: "127.0.0.1"},
	}
	status.DaemonEndpoints.KubeletEndpoint.Port = port
	status.NodeInfo.KubeletVersion = version
	status.NodeInfo.ContainerRuntimeVersion = "slipway://1"
	status.NodeInfo.OperatingSystem = "linux"
	status.NodeInfo.Architecture = "amd64"
	status.NodeInfo.OSImage = "Slipway sandbox"
	status.Conditions = nodeConditions(status.Conditions, lost, now)
	return *status
}

func internalName(node *corev1.Node, address string) string {
	return fmt.Sprintf("ip-%s.%s.compute.internal", strings.ReplaceAll(address, ".", "-"), node.Labels[corev1.LabelTopologyRegion])
}

func nodeConditions(old []corev1.NodeCondition, lost bool, now time.Time) []corev1.NodeCondition {
	states := []corev1.NodeCondition{
		{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", Message: "kubelet is posting ready status"},
		{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionFalse, Reason: "KubeletHasSufficientMemory", Message: "kubelet has sufficient memory available"},
		{Type: corev1.NodeDiskPressure, Status: corev1.ConditionFalse, Reason: "KubeletHasNoDiskPressure", Message: "kubelet has no disk pressure"},
		{Type: corev1.NodePIDPressure, Status: corev1.ConditionFalse, Reason: "KubeletHasSufficientPID", Message: "kubelet has sufficient PID available"},
	}
	for index := range states {
		condition := &states[index]
		if lost {
			condition.Status = corev1.ConditionUnknown
			condition.Reason = "NodeStatusUnknown"
			condition.Message = "Kubelet stopped posting node status."
		}
		condition.LastHeartbeatTime = metav1.NewTime(now)
		condition.LastTransitionTime = metav1.NewTime(now)
		for _, before := range old {
			if before.Type == condition.Type && before.Status == condition.Status {
				condition.LastTransitionTime = before.LastTransitionTime
				if lost {
					condition.LastHeartbeatTime = before.LastHeartbeatTime
				}
			}
		}
	}
	return states
}

// nodeTaints are the taints that a node should have: those about its health are ours (the API server gives a new node
// the first one), all others are left as they are.
func nodeTaints(taints []corev1.Taint, lost bool, now time.Time) []corev1.Taint {
	ours := func(taint corev1.Taint) bool { return taint.Key == taintNotReady || taint.Key == taintUnreachable }
	if !lost {
		return slices.DeleteFunc(slices.Clone(taints), ours)
	}
	kept := slices.DeleteFunc(slices.Clone(taints), func(taint corev1.Taint) bool { return taint.Key == taintNotReady })
	for _, effect := range []corev1.TaintEffect{corev1.TaintEffectNoSchedule, corev1.TaintEffectNoExecute} {
		has := slices.ContainsFunc(kept, func(taint corev1.Taint) bool { return taint.Key == taintUnreachable && taint.Effect == effect })
		if !has {
			kept = append(kept, corev1.Taint{Key: taintUnreachable, Effect: effect, TimeAdded: &metav1.Time{Time: now}})
		}
	}
	return kept
}
