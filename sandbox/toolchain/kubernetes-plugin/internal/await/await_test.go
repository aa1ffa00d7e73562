package await

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// fakeWorld holds objects by kind; listing knows no selector but that of a Service's slices.
type fakeWorld map[string][]*unstructured.Unstructured

func (w fakeWorld) Get(_ context.Context, kind schema.GroupVersionKind, _, name string) (*unstructured.Unstructured, error) {
	for _, object := range w[kind.Kind] {
		if object.GetName() == name {
			return object, nil
		}
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Resource: kind.Kind}, name)
}

func (w fakeWorld) List(_ context.Context, kind schema.GroupVersionKind, _, selector string) ([]unstructured.Unstructured, error) {
	var found []unstructured.Unstructured
	for _, object := range w[kind.Kind] {
		if _, service, ok := strings.Cut(selector, "="); !ok || object.GetLabels()["kubernetes.io/service-name"] == service {
			found = append(found, *object)
		}
	}
	return found, nil
}

func worldOf(t *testing.T, manifests string) (fakeWorld, *unstructured.Unstructured) {
	t.Helper()
	world := fakeWorld{}
	var first *unstructured.Unstructured
	for _, manifest := range strings.Split(manifests, "\n---\n") {
		fields := map[string]any{}
		if err := yaml.Unmarshal([]byte(manifest), &fields); err != nil {
			t.Fatal(err)
		}
		object := &unstructured.Unstructured{Object: integers(fields).(map[string]any)}
		world[object.GetKind()] = append(world[object.GetKind()], object)
		if first == nil {
			first = object
		}
	}
	return world, first
}

// integers are what the API server's JSON has, floats what YAML's does.
func integers(value any) any {
	switch value := value.(type) {
	case float64:
		return int64(value)
	case map[string]any:
		for key, element := range value {
			value[key] = integers(element)
		}
	case []any:
		for index, element := range value {
			value[index] = integers(element)
		}
	}
	return value
}

const deployment = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: ns, uid: d, generation: 2,
  annotations: {deployment.kubernetes.io/revision: "REVISION"}}, spec: {replicas: 2},
  status: {observedGeneration: OBSERVED, conditions: [CONDITIONS]}}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, namespace: ns, uid: r, ownerReferences: [{uid: d}],
  annotations: {deployment.kubernetes.io/revision: "REVISION"}}, spec: {replicas: 2}, status: {readyReplicas: READY}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web-1-x, namespace: ns, ownerReferences: [{uid: r}]}, status: {
  conditions: [{type: PodScheduled, status: "True"}, {type: Initialized, status: "True"},
    {type: Ready, status: "False", reason: ContainersNotReady, message: "containers with unready status: [web]"}],
  containerStatuses: [{name: web, ready: false, state: {waiting: {reason: ImagePullBackOff, message: no such image}}}]}}`

const (
	available    = `{type: Available, status: "True"}`
	unavailable  = `{type: Available, status: "False", reason: MinimumReplicasUnavailable, message: few}`
	rolledOut    = `{type: Progressing, status: "True", reason: NewReplicaSetAvailable}`
	rollingOut   = `{type: Progressing, status: "True", reason: ReplicaSetUpdated}`
	stuck        = `{type: Progressing, status: "False", reason: ProgressDeadlineExceeded, message: stuck}`
	podComplaint = "[Pod ns/web-1-x]: containers with unready status: [web][ImagePullBackOff] no such image"
)

func TestDeployments(t *testing.T) {
	tests := map[string]struct {
		revision, observed, readyPods, conditions string
		ready                                     bool
		reasons                                   []string
	}{
		"not seen by the controller":  {"1", "1", "2", available, false, []string{"Minimum number of live Pods was not attained"}},
		"first revision, all there":   {"1", "2", "2", available, true, nil},
		"first revision, none there":  {"1", "2", "0", unavailable, false, []string{"[MinimumReplicasUnavailable] few", "Minimum number of live Pods was not attained", podComplaint}},
		"first revision, one there":   {"1", "2", "1", available, false, []string{"Minimum number of Pods to consider the application live was not attained", podComplaint}},
		"an update, rolled out":       {"2", "2", "2", available + "," + rolledOut, true, nil},
		"an update, on its way":       {"2", "2", "2", available + "," + rollingOut, false, []string{"Minimum number of Pods to consider the application live was not attained", podComplaint}},
		"an update, pods lost":        {"2", "2", "1", available + "," + rolledOut, false, []string{"Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live", podComplaint}},
		"an update that has no hopes": {"2", "2", "0", available + "," + stuck, false, []string{"[ProgressDeadlineExceeded] stuck", "Minimum number of Pods to consider the application live was not attained", podComplaint}},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			manifests := strings.NewReplacer("REVISION", test.revision, "OBSERVED", test.observed, "READY", test.readyPods,
				"CONDITIONS", test.conditions).Replace(deployment)
			expect(t, judgeDeployment, manifests, test.ready, false, test.reasons)
		})
	}
}

func expect(t *testing.T, judge Judge, manifests string, ready, failed bool, reasons []string) {
	t.Helper()
	world, live := worldOf(t, manifests)
	verdict, err := judge(t.Context(), Subject{Live: live, World: world})
	if err != nil {
		t.Fatal(err)
	}
	if verdict.Ready != ready || verdict.Failed != failed {
		t.Errorf("verdict %+v", verdict)
	}
	if len(verdict.Reasons)+len(reasons) > 0 && !reflect.DeepEqual(verdict.Reasons, reasons) {
		t.Errorf("reasons %q", verdict.Reasons)
	}
}

func TestOtherKinds(t *testing.T) {
	const (
		job     = `{apiVersion: batch/v1, kind: Job, metadata: {name: j, namespace: ns, uid: j}, status: {STATUS}}`
		jobPod  = "\n---\n" + `{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: ns, ownerReferences: [{uid: j}]}, status: {phase: Failed, conditions: [{type: PodScheduled, status: "True"}, {type: Initialized, status: "True"}, {type: Ready, status: "False", reason: PodFailed}], containerStatuses: [{name: c, state: {terminated: {reason: Error, exitCode: 3, message: last words}}}]}}`
		service = `{apiVersion: v1, kind: Service, metadata: {name: s, namespace: ns}, spec: {SPEC}, status: {STATUS}}`
		slice   = "\n---\n" + `{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4, metadata: {name: s-1, labels: {kubernetes.io/service-name: s}}, endpoints: [ENDPOINTS]}`
		ingress = `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: ns}, spec: {rules: [{host: h, http: {paths: [{path: /p, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}]}}]}, status: {STATUS}}`
		noPods  = "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods"
		noLB    = "Ingress .status.loadBalancer field was not updated with a hostname/IP address. \n    for more information about this error, see https://pulumi.io/xdv72s"
	)
	with := func(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }
	tests := map[string]struct {
		judge         Judge
		manifests     string
		ready, failed bool
		reasons       []string
	}{
		"a Job that has not begun": {judgeJob, with(job, "STATUS", ""), false, false, nil},
		"a Job that is done":       {judgeJob, with(job, "STATUS", `startTime: "2026-01-01T00:00:00Z", conditions: [{type: Complete, status: "True"}]`), true, false, nil},
		"a Job that failed": {judgeJob, with(job, "STATUS", `startTime: "2026-01-01T00:00:00Z", conditions: [{type: Failed, status: "True", reason: BackoffLimitExceeded, message: too often}]`) + jobPod,
			false, true, []string{"[BackoffLimitExceeded] too often", "[Pod ns/p]: [Error] last words"}},
		"a Service without selector": {judgeService, with(service, "SPEC", "ports: []", "STATUS", ""), true, false, nil},
		"a headless Service":         {judgeService, with(service, "SPEC", "clusterIP: None, selector: {a: b}", "STATUS", ""), true, false, nil},
		"a name for another service": {judgeService, with(service, "SPEC", "type: ExternalName, selector: {a: b}", "STATUS", ""), true, false, nil},
		"a Service not looked at":    {judgeService, with(service, "SPEC", "selector: {a: b}", "STATUS", ""), false, false, []string{noPods}},
		"a Service without pods":     {judgeService, with(service+slice, "SPEC", "selector: {a: b}", "STATUS", "", "ENDPOINTS", ""), true, false, nil},
		"a Service with pods": {judgeService, with(service+slice, "SPEC", "selector: {a: b}", "STATUS", "",
			"ENDPOINTS", "{addresses: [1.1.1.1], conditions: {ready: true}}, {addresses: [1.1.1.2], conditions: {ready: false, terminating: true}}"), true, false, nil},
		"a Service with unready pods": {judgeService, with(service+slice, "SPEC", "selector: {a: b}", "STATUS", "", "ENDPOINTS", "{addresses: [1.1.1.1], conditions: {ready: false}}"), false, false, []string{noPods}},
		"a load balancer to come":     {judgeService, with(service, "SPEC", "type: LoadBalancer, clusterIP: None", "STATUS", ""), false, false, nil},
		"a load balancer":             {judgeService, with(service, "SPEC", "type: LoadBalancer, clusterIP: None", "STATUS", "loadBalancer: {ingress: [{ip: 1.1.1.1}]}"), true, false, nil},
		"an Ingress to nowhere": {judgeIngress, with(ingress, "STATUS", ""), false, false,
			[]string{"Ingress has at least one rule with an unavailable target endpoint.", noLB}},
		"an Ingress without address": {judgeIngress, with(ingress+"\n---\n"+service+slice, "STATUS", "", "SPEC", "selector: {a: b}", "ENDPOINTS", ""), false, false, []string{noLB}},
		"an Ingress":                 {judgeIngress, with(ingress, "STATUS", "loadBalancer: {ingress: [{hostname: h}]}") + "\n---\n" + with(service+slice, "STATUS", "", "SPEC", "selector: {a: b}", "ENDPOINTS", ""), true, false, nil},
		"a quota to be enforced":     {judgeQuota, `{kind: ResourceQuota, metadata: {name: q}, spec: {hard: {pods: "1"}}}`, false, false, nil},
		"a quota":                    {judgeQuota, `{kind: ResourceQuota, metadata: {name: q}, spec: {hard: {pods: "1"}}, status: {hard: {pods: "1"}}}`, true, false, nil},
		"a stateful set":             {judgeStatefulSet, `{kind: StatefulSet, metadata: {name: s, generation: 1}, spec: {replicas: 2}, status: {observedGeneration: 1, readyReplicas: 2, currentRevision: a, updateRevision: a}}`, true, false, nil},
		"a stateful set half updated": {judgeStatefulSet, `{kind: StatefulSet, metadata: {name: s, generation: 2}, spec: {replicas: 2}, status: {observedGeneration: 2, readyReplicas: 1, currentRevision: a, updateRevision: b}}`,
			false, false, []string{"1 out of 2 replicas succeeded readiness checks", `StatefulSet controller failed to advance from revision "a" to revision "b"`}},
		"a daemon set":            {judgeDaemonSet, `{kind: DaemonSet, metadata: {name: d, generation: 1}, status: {observedGeneration: 1, desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 1, numberAvailable: 1, numberReady: 1}}`, true, false, nil},
		"a daemon set on its way": {judgeDaemonSet, `{kind: DaemonSet, metadata: {name: d, generation: 1}, status: {observedGeneration: 1, desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 1}}`, false, false, []string{"Updated: 1/2"}},
		"a late claim":            {judgeClaim, `{kind: PersistentVolumeClaim, metadata: {name: c}, spec: {storageClassName: late}, status: {phase: Pending}}` + "\n---\n" + `{kind: StorageClass, metadata: {name: late}, volumeBindingMode: WaitForFirstConsumer}`, true, false, nil},
		"a definition":            {judgeDefinition, `{kind: CustomResourceDefinition, metadata: {name: c}, status: {conditions: [{type: Established, status: "True"}]}}`, true, false, nil},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) { expect(t, test.judge, test.manifests, test.ready, test.failed, test.reasons) })
	}
}

func TestWaitFor(t *testing.T) {
	const object = `{kind: Thing, metadata: {name: t, generation: 2}, status: {phase: Running, observedGeneration: 2, conditions: [{type: Ready, status: "True"}, {type: Old, status: "True", observedGeneration: 1}]}}`
	tests := map[string]struct{ ready, fails bool }{
		"condition=Ready":                                         {true, false},
		"condition=Ready=False":                                   {false, false},
		"condition=Old":                                           {false, false},
		"condition=Missing":                                       {false, false},
		"jsonpath={.status.phase}=Running":                        {true, false},
		"jsonpath={.status.phase}":                                {true, false},
		"jsonpath={.status.phase}=Done":                           {false, false},
		"jsonpath={.status.missing}":                              {false, false},
		`["condition=Ready", "jsonpath={.status.phase}=Done"]`:    {false, false},
		`["condition=Ready", "jsonpath={.status.phase}=Running"]`: {true, false},
		"phase=Running":                                           {false, true},
		"[]":                                                      {false, true},
	}
	for expression, test := range tests {
		t.Run(expression, func(t *testing.T) {
			judge, err := parseWaitFor(expression)
			if (err != nil) != test.fails {
				t.Fatalf("error %v", err)
			}
			if err == nil {
				expect(t, judge, object, test.ready, false, nil)
			}
		})
	}
}

// clock runs as fast as it is waited on.
func fastWaiter(world World, each func()) Waiter {
	now := time.Unix(0, 0)
	return Waiter{World: world, Show: func(Message) {}, Now: func() time.Time { return now },
		Sleep: func(_ context.Context, pause time.Duration) error {
			now = now.Add(pause)
			each()
			return nil
		}}
}

func TestWaiting(t *testing.T) {
	manifest := `{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {pods: "1"}}}`
	order := func(live *unstructured.Unstructured) Order {
		return Order{Inputs: live, Live: live, Timeout: 10 * time.Minute}
	}
	t.Run("ends when the object is live", func(t *testing.T) {
		world, live := worldOf(t, manifest)
		looks := 0
		got, err := fastWaiter(world, func() {
			if looks++; looks == 3 {
				live.Object["status"] = map[string]any{"hard": map[string]any{"pods": "1"}}
			}
		}).UntilLive(t.Context(), order(live))
		if err != nil || got != live || looks != 3 {
			t.Errorf("%v after %d looks: %v", got, looks, err)
		}
	})
	t.Run("ends with the time", func(t *testing.T) {
		world, live := worldOf(t, manifest)
		_, err := fastWaiter(world, func() {}).UntilLive(t.Context(), order(live))
		if err == nil || err.Error() != "'q' timed out waiting to be Ready" {
			t.Errorf("error %v", err)
		}
	})
	t.Run("ends when it is cancelled", func(t *testing.T) {
		world, live := worldOf(t, manifest)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := fastWaiter(world, cancel).UntilLive(ctx, order(live))
		if err == nil || err.Error() != `Resource operation was cancelled for "q"` {
			t.Errorf("error %v", err)
		}
	})
	t.Run("is left out when told so", func(t *testing.T) {
		world, live := worldOf(t, strings.Replace(manifest, "name: q", `name: q, annotations: {pulumi.com/skipAwait: "true"}`, 1))
		if _, err := fastWaiter(world, func() { t.Error("waited") }).UntilLive(t.Context(), order(live)); err != nil {
			t.Error(err)
		}
	})
	t.Run("for the end names what holds it up", func(t *testing.T) {
		world, live := worldOf(t, strings.Replace(manifest, "name: q", "name: q, finalizers: [a/b]", 1))
		err := fastWaiter(world, func() {}).UntilGone(t.Context(), order(live))
		if problem := AsProblem(err); problem == nil || problem.Reasons[0] != "finalizers might be preventing deletion (a/b)" {
			t.Errorf("error %v", err)
		}
	})
	t.Run("for the end ends with it", func(t *testing.T) {
		world, live := worldOf(t, manifest)
		if err := fastWaiter(world, func() { delete(world, "ResourceQuota") }).UntilGone(t.Context(), order(live)); err != nil {
			t.Error(err)
		}
	})
}
