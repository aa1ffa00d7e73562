package nodes

import (
	"context"
	"errors"
	"maps"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	leaseSeconds int32 = 40
	renewEvery         = 10 * time.Second
)

// renewLeases says of every node that it lives; of those in a lost zone it says nothing.
func (k *nodeKeeper) renewLeases(ctx context.Context) error {
	var errs []error
	for name, node := range k.living() {
		errs = append(errs, k.renewLease(ctx, name, node.uid))
	}
	return errors.Join(errs...)
}

func (k *nodeKeeper) living() map[string]keptNode {
	k.mu.Lock()
	defer k.mu.Unlock()
	living := maps.Clone(k.nodes)
	maps.DeleteFunc(living, func(_ string, node keptNode) bool { return k.faults.lost(node.zone) })
	return living
}

func (k *nodeKeeper) renewLease(ctx context.Context, name string, uid types.UID) error {
	leases := k.client.CoordinationV1().Leases(corev1.NamespaceNodeLease)
	seconds := leaseSeconds
	renewed := metav1.NewMicroTime(k.now())
	spec := coordinationv1.LeaseSpec{HolderIdentity: &name, LeaseDurationSeconds: &seconds, RenewTime: &renewed}
	lease, err := leases.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		// Owned by the node, so that it goes with it.
		owner := []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: name, UID: uid}}
		created := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: name, OwnerReferences: owner}, Spec: spec}
		_, err = leases.Create(ctx, created, metav1.CreateOptions{})
		if apierrors.IsNotFound(err) {
			return nil // the API server has not made the namespace yet
		}
		return err
	}
	if err != nil {
		return err
	}
	lease.Spec = spec
	_, err = leases.Update(ctx, lease, metav1.UpdateOptions{})
	return ignoreGone(err, "cannot renew the lease of node "+name)
}
