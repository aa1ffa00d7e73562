package nodes

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/record"
)

// machine is an agent beside an API server that only keeps objects: no scheduler, no controllers.
type machine struct {
	t      *testing.T
	ctx    context.Context
	client *fake.Clientset
	agent  *agent
}

func startMachine(t *testing.T, objects ...runtime.Object) *machine {
	t.Helper()
	options, err := ParseOptions(append(slices.Clone(goodOptions), "--log-directory="+t.TempDir(),
		`--process-images={"repository":"operator","entrypoint":["/bin/sh","-c"],"directory":"/"}`))
	if err != nil {
		t.Fatal(err)
	}
	client := fake.NewClientset(objects...)
	lists := map[schema.GroupVersionResource]string{}
	server := apiServer{
		client: client, address: "https://127.0.0.1:6443",
		dynamic: dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), lists),
	}
	agent, err := newAgent(options, server, 10250, "v1.36.3", record.NewFakeRecorder(1000))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	began, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- agent.run(ctx, func() { close(began) }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-began:
	case err := <-ended:
		t.Fatal(err)
	}
	return &machine{t: t, ctx: ctx, client: client, agent: agent}
}

// await waits until what is asked holds.
func (m *machine) await(what string, holds func() bool) {
	m.t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			m.t.Fatalf("not within 10 s: %s", what)
		}
	}
}

func (m *machine) nodes() map[string]corev1.Node {
	m.t.Helper()
	list, err := m.client.CoreV1().Nodes().List(m.ctx, metav1.ListOptions{})
	if err != nil {
		m.t.Fatal(err)
	}
	nodes := map[string]corev1.Node{}
	for _, node := range list.Items {
		nodes[node.Name] = node
	}
	return nodes
}

func (m *machine) nodeIn(zone string) string {
	m.t.Helper()
	for name, node := range m.nodes() {
		if node.Labels[corev1.LabelTopologyZone] == zone {
			return name
		}
	}
	m.t.Fatalf("no node in %s", zone)
	return ""
}

// bind makes a pod that the scheduler has placed.
func (m *machine) bind(pod *corev1.Pod, zone string) {
	m.t.Helper()
	pod.Spec.NodeName = m.nodeIn(zone)
	if _, err := m.client.CoreV1().Pods(pod.Namespace).Create(m.ctx, pod, metav1.CreateOptions{}); err != nil {
		m.t.Fatal(err)
	}
}

// pod is the pod as the API has it; nil when it is gone.
func (m *machine) pod(name string) *corev1.Pod {
	m.t.Helper()
	pod, err := m.client.CoreV1().Pods("teamflow").Get(m.ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		m.t.Fatal(err)
	}
	return pod
}

func (m *machine) isReady(name string) bool {
	pod := m.pod(name)
	if pod == nil {
		return false
	}
	ready := condition(&pod.Status, corev1.PodReady)
	return ready != nil && ready.Status == corev1.ConditionTrue
}

// wish writes slipway-faults.
func (m *machine) wish(entries map[string]string) {
	m.t.Helper()
	wishes := m.client.CoreV1().ConfigMaps(metav1.NamespaceSystem)
	_ = wishes.Delete(m.ctx, FaultsName, metav1.DeleteOptions{}) // there may be none
	wish := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: FaultsName}, Data: entries}
	if _, err := wishes.Create(m.ctx, wish, metav1.CreateOptions{}); err != nil {
		m.t.Fatal(err)
	}
}

func TestEveryZoneHasItsNodesReadyAndLabelled(t *testing.T) {
	old := newNode("i-0old", Zone{Name: "us-west-2a"})
	old.Spec.Taints = []corev1.Taint{{Key: taintNotReady, Effect: corev1.TaintEffectNoSchedule}, {Key: "mine", Effect: corev1.TaintEffectNoSchedule}}
	m := startMachine(t, old)
	perZone, addresses := map[string]int{}, map[string]bool{}
	for _, node := range m.nodes() {
		perZone[node.Labels[corev1.LabelTopologyZone]]++
		addresses[node.Status.Addresses[0].Address] = true
		if node.Status.Conditions[0].Status != corev1.ConditionTrue || node.Status.Allocatable.Cpu().String() != "4" {
			t.Errorf("%s is not well: %v", node.Name, node.Status)
		}
	}
	if !maps.Equal(perZone, map[string]int{"us-west-2a": 2, "us-west-2b": 2}) || len(addresses) != 4 {
		t.Errorf("nodes are %v at %v", perZone, addresses)
	}
	if taints := m.nodes()["i-0old"].Spec.Taints; len(taints) != 1 || taints[0].Key != "mine" {
		t.Errorf("the node of before has the taints %v", taints)
	}
	m.await("a lease of each", func() bool {
		leases, err := m.client.CoordinationV1().Leases(corev1.NamespaceNodeLease).List(m.ctx, metav1.ListOptions{})
		return err == nil && len(leases.Items) == 4
	})
}

func TestAPodIsReadyWithinAMoment(t *testing.T) {
	m := startMachine(t)
	began := time.Now()
	m.bind(testPod(func(pod *corev1.Pod) {
		pod.Spec.Containers[0].StartupProbe, pod.Spec.Containers[0].ReadinessProbe = &corev1.Probe{}, &corev1.Probe{}
	}), "us-west-2b")
	m.await("ready", func() bool { return m.isReady("backend-5d4f-x") })
	if took := time.Since(began); took > 2*time.Second { // 120 ms on a quiet machine
		t.Errorf("it took %v", took)
	}
	if pod := m.pod("backend-5d4f-x"); !strings.HasPrefix(pod.Status.PodIP, "10.2.32.") {
		t.Errorf("its address %s is not of its zone", pod.Status.PodIP)
	}
}

func TestAPodThatIsDeletedSaysHowItEndedAndKeepsItsFinalizers(t *testing.T) {
	m := startMachine(t)
	now, grace := metav1.Now(), int64(30)
	m.bind(testPod(func(pod *corev1.Pod) { pod.Name = "plain" }), "us-west-2a")
	m.await("ready", func() bool { return m.isReady("plain") })
	// The API server of a test does not wait for kubelets, so the deletion is written by hand.
	pod := m.pod("plain")
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds, pod.Finalizers = &now, &grace, []string{"batch.kubernetes.io/job-tracking"}
	if _, err := m.client.CoreV1().Pods("teamflow").Update(m.ctx, pod, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	m.await("let go", func() bool {
		return slices.ContainsFunc(m.client.Actions(), func(action clienttesting.Action) bool {
			return action.GetVerb() == "delete" && action.GetResource().Resource == "pods"
		})
	})
	if left := m.pod("plain"); left != nil && (left.Status.Phase != corev1.PodSucceeded || len(left.Finalizers) != 1) {
		t.Errorf("left is %v %v", left.Status.Phase, left.Finalizers)
	}
}

func TestALostZoneLosesItsPodsButNotThoseThatTolerateIt(t *testing.T) {
	m := startMachine(t)
	m.bind(testPod(func(pod *corev1.Pod) { pod.Name, pod.UID = "there", "u2" }), "us-west-2b")
	m.bind(testPod(func(pod *corev1.Pod) { pod.Name, pod.UID = "usual", "u3" }), "us-west-2a")
	m.bind(testPod(func(pod *corev1.Pod) {
		pod.Name, pod.UID = "tolerant", "u4"
		pod.Spec.Tolerations = []corev1.Toleration{{Key: taintUnreachable, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute}}
	}), "us-west-2a")
	for _, name := range []string{"there", "usual", "tolerant"} {
		m.await(name+" ready", func() bool { return m.isReady(name) })
	}
	m.wish(map[string]string{"a": `{"zone":"us-west-2a","fault":"Lost"}`})
	m.await("gone", func() bool { return m.pod("usual") == nil })
	m.await("not ready", func() bool { return m.pod("tolerant") != nil && !m.isReady("tolerant") })
	if !m.isReady("there") {
		t.Error("a pod of another zone is not ready")
	}
	tainted := func() bool {
		node := m.nodes()[m.nodeIn("us-west-2a")]
		return len(node.Spec.Taints) == 2 && node.Status.Conditions[0].Status == corev1.ConditionUnknown
	}
	m.await("tainted", tainted)
	m.wish(nil)
	m.await("ready again", func() bool { return !tainted() && m.isReady("tolerant") })
}

func TestADeletedNodeTakesItsPodsAlongAndIsReplaced(t *testing.T) {
	m := startMachine(t)
	m.bind(testPod(), "us-west-2a")
	m.await("ready", func() bool { return m.isReady("backend-5d4f-x") })
	name := m.pod("backend-5d4f-x").Spec.NodeName
	if err := m.client.CoreV1().Nodes().Delete(m.ctx, name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	m.await("gone", func() bool { return m.pod("backend-5d4f-x") == nil })
	m.await("replaced", func() bool { _, same := m.nodes()[name]; return len(m.nodes()) == 4 && !same })
}

func TestAPodThatIsMadePendingWaitsForItsNetwork(t *testing.T) {
	m := startMachine(t)
	m.wish(map[string]string{"a": `{"workload":"backend","fault":"Pending"}`})
	m.await("heeded", func() bool { return m.agent.faults.hasPod(Pending, testPod()) })
	m.bind(testPod(), "us-west-2a")
	m.await("seen", func() bool {
		pod := m.pod("backend-5d4f-x")
		return pod != nil && pod.Status.Phase == corev1.PodPending && pod.Status.HostIP != ""
	})
	if pod := m.pod("backend-5d4f-x"); pod.Status.PodIP != "" {
		t.Errorf("it has the address %s", pod.Status.PodIP)
	}
	m.wish(nil)
	m.await("ready", func() bool { return m.isReady("backend-5d4f-x") })
}
