package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/csaupgrade"

	"slipway.dev/kubernetes-plugin/internal/object"
)

// creator is the manager of what an object was created with; its fields become an applier's with the first update.
const creator = "pulumi-kubernetes"

// takenOver are the managers whose fields an update takes over: objects that were not applied on the server before.
var takenOver = sets.New(creator, "pulumi-kubernetes.exe", "pulumi-resource-kubernetes", "kubectl", "kubectl-client-side-apply", "before-first-apply")

// applier sends one object to the API server.
type applier struct {
	ctx     context.Context
	client  func() (dynamic.ResourceInterface, error)
	inputs  *unstructured.Unstructured
	manager string
	preview bool
	force   bool
	// report tells of a failure that is tried again.
	report func(text string)
	sleep  func(time.Duration)
}

func (a applier) dryRun() []string {
	if a.preview {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// creations are how often a creation is tried: a namespace or a custom kind may be on its way in the same program.
const creations = 6

// create makes the object. What it needs and is not there yet is waited for, half a minute in all.
func (a applier) create(upsert bool) (*unstructured.Unstructured, error) {
	for try, pause := 0, time.Second; ; try, pause = try+1, pause*2 {
		live, err := a.createOnce(upsert)
		if err == nil {
			return live, nil
		}
		missing := apierrors.IsNotFound(err) || meta.IsNoMatchError(err)
		if !missing || a.preview || try == creations-1 || a.ctx.Err() != nil {
			return nil, explained(err)
		}
		a.report(fmt.Sprintf("Retry #%d; creation failed: %v", try, err))
		a.sleep(pause)
	}
}

func (a applier) createOnce(upsert bool) (*unstructured.Unstructured, error) {
	client, err := a.client()
	if err != nil {
		return nil, err
	}
	if upsert {
		return a.apply(client, a.inputs.GetName())
	}
	return client.Create(a.ctx, a.inputs, metav1.CreateOptions{
		FieldManager: creator, DryRun: a.dryRun(), FieldValidation: metav1.FieldValidationStrict,
	})
}

func explained(err error) error {
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	return fmt.Errorf("%w\n\n"+
		"The resource already exists in the cluster. This can happen when:\n\n"+
		"  - Renaming a Pulumi resource: use an alias to preserve the identity,\n"+
		"    or use deleteBeforeReplace if the resource needs replacement.\n"+
		"  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)\n"+
		"    to manage specific fields without owning the resource lifecycle.\n"+
		"  - Adopting a resource into Pulumi: use `pulumi import`. Note that\n"+
		"    protected resources (e.g. kube-system) cannot be deleted on destroy.\n"+
		"  - Intentional upsert: set upsertExistingObjects on the provider to allow\n"+
		"    server-side apply to update existing objects on create.", err)
}

// update changes the live object to the inputs by server-side apply.
func (a applier) update(live *unstructured.Unstructured, ignored []string) (*unstructured.Unstructured, error) {
	client, err := a.client()
	if err != nil {
		return nil, err
	}
	if live.GetKind() == "CustomResourceDefinition" {
		replacement := a.inputs.DeepCopy()
		replacement.SetResourceVersion(live.GetResourceVersion())
		return client.Update(a.ctx, replacement, metav1.UpdateOptions{FieldManager: a.manager, DryRun: a.dryRun()})
	}
	if live, err = a.takeOver(client, live); err != nil {
		return nil, err
	}
	a.force = a.force || len(live.GetManagedFields()) == 0 || a.preview && hasOlderManager(live)
	for _, path := range ignored {
		ignore(a.inputs, live, strings.Split(path, "."), a.manager)
	}
	return a.apply(client, live.GetName())
}

// merge changes the live object by the difference of its old and new inputs, without the server's help.
func (a applier) merge(before *unstructured.Unstructured, name string) (*unstructured.Unstructured, error) {
	client, err := a.client()
	if err != nil {
		return nil, err
	}
	patch, err := json.Marshal(mergePatch(before.Object, a.inputs.Object))
	if err != nil {
		return nil, err
	}
	return client.Patch(a.ctx, name, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: a.manager, DryRun: a.dryRun()})
}

func mergePatch(before, after map[string]any) map[string]any {
	patch := map[string]any{}
	for key := range before {
		if _, ok := after[key]; !ok {
			patch[key] = nil
		}
	}
	for key, value := range after {
		fields, isMap := value.(map[string]any)
		old, wasMap := before[key].(map[string]any)
		if isMap && wasMap {
			value = mergePatch(old, fields)
		}
		patch[key] = value
	}
	return patch
}

func (a applier) apply(client dynamic.ResourceInterface, name string) (*unstructured.Unstructured, error) {
	body, err := json.Marshal(a.inputs.Object)
	if err != nil {
		return nil, err
	}
	live, err := client.Patch(a.ctx, name, types.ApplyPatchType, body, metav1.PatchOptions{
		FieldManager: a.manager, Force: &a.force, DryRun: a.dryRun(), FieldValidation: metav1.FieldValidationStrict,
	})
	if apierrors.IsConflict(err) {
		return nil, errors.Join(
			errors.New("server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/"+
				"managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help"),
			fmt.Errorf("The resource managed by field manager %q had an apply conflict: %w", a.manager, err)) //nolint:staticcheck // the released plugin's words
	}
	return live, err
}

// takeOver gives the applier the fields of an object that was created, or applied by a client, rather than applied.
func (a applier) takeOver(client dynamic.ResourceInterface, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if a.preview || len(live.GetManagedFields()) == 0 {
		return live, nil
	}
	patch, err := csaupgrade.UpgradeManagedFieldsPatch(live, takenOver, a.manager)
	if err != nil || len(patch) == 0 {
		return live, err
	}
	return client.Patch(a.ctx, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{})
}

func hasOlderManager(live *unstructured.Unstructured) bool {
	for _, entry := range live.GetManagedFields() {
		if entry.Operation == metav1.ManagedFieldsOperationUpdate && strings.HasPrefix(entry.Manager, "pulumi-") && takenOver.Has(entry.Manager) {
			return true
		}
	}
	return false
}

// ignore leaves a field as the cluster has it. A field that only others manage is not sent at all, or it would be ours too.
func ignore(inputs, live *unstructured.Unstructured, path []string, manager string) {
	ours, theirs := false, false
	for _, entry := range live.GetManagedFields() {
		if entry.FieldsV1 == nil || !manages(entry.FieldsV1.Raw, path) {
			continue
		}
		if entry.Manager == manager {
			ours = true
		} else {
			theirs = true
		}
	}
	if theirs && !ours {
		object.Remove(inputs.Object, path...)
		return
	}
	if value, ok := object.Get(live.Object, path...); ok {
		object.Set(inputs.Object, value, path...)
	}
}

func manages(fields []byte, path []string) bool {
	var tree map[string]any
	if json.Unmarshal(fields, &tree) != nil {
		return false
	}
	keys := make([]string, len(path))
	for index, key := range path {
		keys[index] = "f:" + key
	}
	_, ok := object.Get(tree, keys...)
	return ok
}

// relinquish gives up all fields that a manager of ours applied: the resource has a new one.
func relinquish(ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string) error {
	bare := &unstructured.Unstructured{}
	bare.SetAPIVersion(live.GetAPIVersion())
	bare.SetKind(live.GetKind())
	bare.SetNamespace(live.GetNamespace())
	bare.SetName(live.GetName())
	body, err := json.Marshal(bare.Object)
	if err != nil {
		return err
	}
	_, err = client.Patch(ctx, live.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{FieldManager: manager})
	return err
}
