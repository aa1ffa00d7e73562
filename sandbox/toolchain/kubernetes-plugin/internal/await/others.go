package await

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// entry is how a kind is awaited.
type entry struct {
	judge Judge
	// atMost cuts the wait short: a kind that is not ready by then never will be.
	atMost time.Duration
	// onRead: a refresh judges it too, and keeps what is wrong in the state.
	onRead bool
}

// kinds are those that are not live as soon as they exist, whatever the version of their group.
var kinds = map[schema.GroupKind]entry{
	{Group: "apps", Kind: "Deployment"}:                               {judge: judgeDeployment, onRead: true},
	{Group: "apps", Kind: "StatefulSet"}:                              {judge: judgeStatefulSet, onRead: true},
	{Group: "apps", Kind: "DaemonSet"}:                                {judge: judgeDaemonSet, onRead: true},
	{Group: "batch", Kind: "Job"}:                                     {judge: judgeJob, onRead: true},
	{Group: "networking.k8s.io", Kind: "Ingress"}:                     {judge: judgeIngress, onRead: true},
	{Kind: "Service"}:                                                 {judge: judgeService, onRead: true},
	{Kind: "Pod"}:                                                     {judge: judgePod, onRead: true},
	{Kind: "ReplicationController"}:                                   {judge: judgeReplicationController},
	{Kind: "PersistentVolume"}:                                        {judge: judgeVolume, atMost: 5 * time.Minute},
	{Kind: "PersistentVolumeClaim"}:                                   {judge: judgeClaim, atMost: 5 * time.Minute},
	{Kind: "ResourceQuota"}:                                           {judge: judgeQuota, atMost: time.Minute},
	{Kind: "Secret"}:                                                  {judge: judgeSecret, atMost: 5 * time.Second},
	{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}: {judge: judgeDefinition, atMost: time.Minute},
}

func judgeVolume(_ context.Context, subject Subject) (Verdict, error) {
	switch phase := field[string](subject.Live, "status", "phase"); phase {
	case string(corev1.VolumeAvailable):
		return ready("PV marked available"), nil
	case string(corev1.VolumeBound):
		return ready("PV has been bound"), nil
	default:
		return waiting("Waiting for PersistentVolume to become available (phase %q)", phase), nil
	}
}

// judgeClaim awaits a volume for the claim, unless its storage class binds only for a pod.
func judgeClaim(ctx context.Context, subject Subject) (Verdict, error) {
	phase := field[string](subject.Live, "status", "phase")
	if phase == string(corev1.ClaimBound) {
		return Verdict{Ready: true}, nil
	}
	class := field[string](subject.Live, "spec", "storageClassName")
	if class == "" {
		return Verdict{Status: []Message{{Warning, fmt.Sprintf("no storage class found for %q", subject.Live.GetName())}}}, nil
	}
	storage, err := subject.World.Get(ctx, storagev1.SchemeGroupVersion.WithKind("StorageClass"), "", class)
	if err != nil {
		return Verdict{}, fmt.Errorf("getting storageclass %q: %w", class, err)
	}
	late := field[string](storage, "volumeBindingMode") == string(storagev1.VolumeBindingWaitForFirstConsumer)
	if late && phase == string(corev1.ClaimPending) && subject.Before == nil {
		return Verdict{Ready: true}, nil
	}
	return waiting("Waiting for PersistentVolumeClaim to be bound (phase %q)", phase), nil
}

// judgeQuota awaits that the controller has taken the limits over: before that none is enforced.
func judgeQuota(_ context.Context, subject Subject) (Verdict, error) {
	limits, enforced := field[map[string]any](subject.Live, "spec", "hard"), field[map[string]any](subject.Live, "status", "hard")
	if equality.Semantic.DeepEqual(limits, enforced) {
		return Verdict{Ready: true}, nil
	}
	return waiting("Waiting for ResourceQuota to be enforced"), nil
}

// judgeSecret awaits the token of a service account; every other Secret has its content from the start.
func judgeSecret(_ context.Context, subject Subject) (Verdict, error) {
	isToken := field[string](subject.Live, "type") == string(corev1.SecretTypeServiceAccountToken)
	if !isToken || len(field[map[string]any](subject.Live, "data")) > 0 {
		return Verdict{Ready: true}, nil
	}
	return waiting("Waiting for the service account's token"), nil
}

// judgeDefinition awaits that the API server serves the new kind.
func judgeDefinition(_ context.Context, subject Subject) (Verdict, error) {
	if established := condition(subject.Live, "Established"); established != nil && established["status"] == "True" {
		return Verdict{Ready: true}, nil
	}
	verdict := waiting("Waiting for CustomResourceDefinition to be established")
	if names := condition(subject.Live, "NamesAccepted"); names != nil && names["status"] == "False" {
		verdict.Reasons = []string{fmt.Sprintf("[%v] %v", names["reason"], names["message"])}
	}
	return verdict, nil
}
