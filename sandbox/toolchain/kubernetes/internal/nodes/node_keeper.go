package nodes

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

const (
	// replacementDelay is how long a zone is short of a node that was deleted, until another takes its place as in Auto Mode.
	replacementDelay = 3 * time.Second
	// heartbeatEvery is how often an unchanged status is written, as kubelets do.
	heartbeatEvery = 5 * time.Minute
)

// nodeKeeper keeps the nodes that the zones should have.
type nodeKeeper struct {
	client  kubernetes.Interface
	zones   []Zone
	perZone int
	faults  *faultSet
	port    int32
	version string
	now     func() time.Time

	mu        sync.Mutex
	nodes     map[string]keptNode
	pools     map[string]*addresses
	shortFrom map[string]time.Time
	began     bool
}

// keptNode is what is known of a node without asking.
type keptNode struct {
	uid     types.UID
	zone    string
	address string
	lost    bool
}

func newNodeKeeper(client kubernetes.Interface, options Options, faults *faultSet, port int32, version string) *nodeKeeper {
	pools := map[string]*addresses{}
	for _, zone := range options.Zones {
		pools[zone.Name] = newAddresses(zone.CIDR)
	}
	return &nodeKeeper{
		client: client, zones: options.Zones, perZone: options.PerZone, faults: faults, port: port, version: version,
		now: time.Now, nodes: map[string]keptNode{}, pools: pools, shortFrom: map[string]time.Time{},
	}
}

// find is the node of that name.
func (k *nodeKeeper) find(name string) (keptNode, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	node, known := k.nodes[name]
	if known {
		node.lost = k.faults.lost(node.zone)
	}
	return node, known
}

// reconcile brings the API's nodes to what they should be, and tells whether some came, went or were lost. Those that are there already
// were made by an earlier run, or are the user's to label, cordon and taint.
func (k *nodeKeeper) reconcile(ctx context.Context) (bool, error) {
	list, err := k.client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return false, fmt.Errorf("cannot list the nodes: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	before := maps.Clone(k.nodes)
	present := map[string]bool{}
	for index := range list.Items {
		node := &list.Items[index]
		present[node.Name] = true
		if err := k.keep(ctx, node); err != nil {
			return false, err
		}
	}
	for name, node := range k.nodes {
		if !present[name] {
			k.pools[node.zone].giveBack("node/" + name)
			delete(k.nodes, name)
		}
	}
	for _, zone := range k.zones {
		if err := k.fill(ctx, zone); err != nil {
			return false, err
		}
	}
	k.began = true
	return !maps.Equal(before, k.nodes), nil
}

// lacking tells whether a zone is short of nodes, so that it should be looked at again soon.
func (k *nodeKeeper) lacking() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.shortFrom) > 0
}

// fill makes the nodes that a zone lacks: at once when the cluster begins, later after a moment, as a machine takes to come.
func (k *nodeKeeper) fill(ctx context.Context, zone Zone) error {
	lacking := k.perZone - len(k.inZone(zone.Name))
	if lacking <= 0 || k.faults.lost(zone.Name) {
		delete(k.shortFrom, zone.Name)
		return nil
	}
	if k.began {
		since, noted := k.shortFrom[zone.Name]
		if !noted {
			k.shortFrom[zone.Name] = k.now()
			return nil
		}
		if k.now().Sub(since) < replacementDelay {
			return nil
		}
	}
	for range lacking {
		node, err := k.client.CoreV1().Nodes().Create(ctx, newNode(newInstanceID(), zone), metav1.CreateOptions{})
		if err != nil {
			return fmt.Errorf("cannot make a node in %s: %w", zone.Name, err)
		}
		if err := k.keep(ctx, node); err != nil {
			return err
		}
	}
	delete(k.shortFrom, zone.Name)
	return nil
}

// keep writes a node's status and taints where they differ.
func (k *nodeKeeper) keep(ctx context.Context, node *corev1.Node) error {
	zone := node.Labels[corev1.LabelTopologyZone]
	pool, known := k.pools[zone]
	if !known {
		return nil
	}
	lost := k.faults.lost(zone)
	address, err := k.addressOf(node, pool)
	if err != nil {
		return err
	}
	k.nodes[node.Name] = keptNode{uid: node.UID, zone: zone, address: address, lost: lost}
	status := nodeStatus(node, address, k.port, k.version, lost, k.now())
	if k.shouldWrite(node.Status, status) {
		changed := node.DeepCopy()
		changed.Status = status
		written, err := k.client.CoreV1().Nodes().UpdateStatus(ctx, changed, metav1.UpdateOptions{})
		if err != nil {
			return ignoreGone(err, "cannot write the status of node "+node.Name)
		}
		node = written
	}
	taints := nodeTaints(node.Spec.Taints, lost, k.now())
	if slices.EqualFunc(taints, node.Spec.Taints, func(a, b corev1.Taint) bool { return a.MatchTaint(&b) }) {
		return nil
	}
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": node.ResourceVersion},
		"spec":     map[string]any{"taints": taints},
	})
	if err != nil {
		return err
	}
	_, err = k.client.CoreV1().Nodes().Patch(ctx, node.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	return ignoreGone(err, "cannot taint node "+node.Name)
}

func (k *nodeKeeper) addressOf(node *corev1.Node, pool *addresses) (string, error) {
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP && pool.keep(address.Address, "node/"+node.Name) {
			return address.Address, nil
		}
	}
	return pool.take("node/" + node.Name)
}

// shouldWrite leaves heartbeats out until they are due.
func (k *nodeKeeper) shouldWrite(old, status corev1.NodeStatus) bool {
	if len(old.Conditions) == 0 {
		return true
	}
	// Of a lost node the time stands still.
	due := status.Conditions[0].LastHeartbeatTime.Sub(old.Conditions[0].LastHeartbeatTime.Time) > heartbeatEvery
	if due {
		return true
	}
	quiet := func(status corev1.NodeStatus) corev1.NodeStatus {
		copied := *status.DeepCopy()
		for index := range copied.Conditions {
			copied.Conditions[index].LastHeartbeatTime = metav1.Time{}
			copied.Conditions[index].LastTransitionTime = metav1.Time{}
		}
		return copied
	}
	return !equality.Semantic.DeepEqual(quiet(old), quiet(status))
}

func (k *nodeKeeper) inZone(zone string) []string {
	return slices.DeleteFunc(slices.Collect(maps.Keys(k.nodes)), func(name string) bool { return k.nodes[name].zone != zone })
}

// ignoreGone leaves out what the next round puts right: the object went away, or somebody else wrote it first.
func ignoreGone(err error, what string) error {
	if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
