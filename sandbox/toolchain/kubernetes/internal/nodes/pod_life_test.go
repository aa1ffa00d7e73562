package nodes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

func list(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory)}
}

// stage is a world in which a pod lives: time passes as the test says.
type stage struct {
	t      *testing.T
	pod    *corev1.Pod
	life   *podLife
	now    time.Time
	faults map[Kind]bool
	// refuse keeps containers from being made.
	refuse error
	// exits are the codes by which containers end at once, in order; those after them run on.
	exits  map[string][]int32
	starts []string
	events []string
	// seen are the states that a client could have seen, each once in a row.
	seen []string
}

var zero = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func newStage(t *testing.T, pod *corev1.Pod) *stage {
	s := &stage{t: t, pod: pod, now: zero, faults: map[Kind]bool{}, exits: map[string][]int32{}}
	s.life = newPodLife(pod, s.now, func(c *container, _ time.Time) execution {
		if c.state.Running == nil {
			return nil
		}
		return &pretended{}
	})
	return s
}

func (s *stage) faulty(kind Kind, _ *corev1.Container) bool { return s.faults[kind] }

func (s *stage) start(spec *corev1.Container, attempt int32) (execution, error) {
	if s.refuse != nil {
		return nil, s.refuse
	}
	s.starts = append(s.starts, fmt.Sprintf("%s#%d", spec.Name, attempt))
	if codes := s.exits[spec.Name]; len(codes) > 0 {
		s.exits[spec.Name] = codes[1:]
		return gone{outcome{exitCode: codes[0], finished: s.now}}, nil
	}
	return &pretended{}, nil
}

func (s *stage) event(_, reason, _ string) { s.events = append(s.events, reason) }

// pass lets so much time pass, and the pod act whenever it wants to.
func (s *stage) pass(span time.Duration) corev1.PodStatus {
	s.t.Helper()
	until := s.now.Add(span)
	for range 1000 {
		s.life.takeHurry()
		wake := s.life.step(s.now, s.pod.Spec.ActiveDeadlineSeconds, func(*container) surroundings { return s })
		s.pod.Status = s.life.status(s.pod, "10.0.0.4", s.now)
		s.see()
		if wake.IsZero() || wake.After(until) {
			s.now = until
			return s.pod.Status
		}
		if wake.After(s.now) {
			s.now = wake
		}
	}
	s.t.Fatal("the pod does not come to rest")
	return corev1.PodStatus{}
}

func (s *stage) see() {
	last := s.pod.Status.ContainerStatuses[0]
	state := "Running"
	switch {
	case last.State.Waiting != nil:
		state = last.State.Waiting.Reason
	case last.State.Terminated != nil:
		state = fmt.Sprint(last.State.Terminated.Reason, last.State.Terminated.ExitCode)
	}
	state = fmt.Sprintf("%s %s ready=%t restarts=%d", s.pod.Status.Phase, state, last.Ready, last.RestartCount)
	if len(s.seen) == 0 || s.seen[len(s.seen)-1] != state {
		s.seen = append(s.seen, state)
	}
}

func (s *stage) expect(states ...string) {
	s.t.Helper()
	if !slices.Equal(s.seen, states) {
		s.t.Errorf("seen\n%q\nnot\n%q", s.seen, states)
	}
}

func policy(policy corev1.RestartPolicy) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Spec.RestartPolicy = policy }
}

func TestWhatIsSeenOfAContainer(t *testing.T) {
	for name, test := range map[string]struct {
		pod    *corev1.Pod
		faults map[Kind]bool
		refuse error
		exits  []int32
		span   time.Duration
		seen   []string
	}{
		"that serves": {
			pod: testPod(func(pod *corev1.Pod) {
				pod.Spec.Containers[0].StartupProbe, pod.Spec.Containers[0].ReadinessProbe = &corev1.Probe{}, &corev1.Probe{}
			}),
			span: 300 * time.Millisecond,
			seen: []string{"Pending ContainerCreating ready=false restarts=0", "Running Running ready=false restarts=0", "Running Running ready=true restarts=0"},
		},
		"whose image is not there": {
			pod: testPod(), faults: map[Kind]bool{ImagePullBackOff: true}, span: time.Minute,
			seen: []string{"Pending ErrImagePull ready=false restarts=0", "Pending ImagePullBackOff ready=false restarts=0"},
		},
		"that crashes again and again": {
			pod: testPod(), exits: []int32{1, 1, 2}, span: 10 * time.Second,
			seen: []string{
				"Pending ContainerCreating ready=false restarts=0", "Running Running ready=false restarts=0", "Running Error1 ready=false restarts=0",
				"Running Running ready=false restarts=1", "Running Error1 ready=false restarts=1", "Running CrashLoopBackOff ready=false restarts=1",
				"Running Running ready=false restarts=2", "Running Error2 ready=false restarts=2", "Running CrashLoopBackOff ready=false restarts=2",
				"Running Running ready=false restarts=3", "Running Running ready=true restarts=3",
			},
		},
		"of a Job that succeeds": {
			pod: testPod(policy(corev1.RestartPolicyNever)), exits: []int32{0}, span: time.Minute,
			seen: []string{"Pending ContainerCreating ready=false restarts=0", "Running Running ready=false restarts=0", "Succeeded Completed0 ready=false restarts=0"},
		},
		"of a Job that fails": {
			pod: testPod(policy(corev1.RestartPolicyNever)), exits: []int32{3}, span: time.Minute,
			seen: []string{"Pending ContainerCreating ready=false restarts=0", "Running Running ready=false restarts=0", "Failed Error3 ready=false restarts=0"},
		},
		"of a Job that is tried again": {
			pod: testPod(policy(corev1.RestartPolicyOnFailure)), exits: []int32{1, 0}, span: time.Minute,
			seen: []string{
				"Pending ContainerCreating ready=false restarts=0", "Running Running ready=false restarts=0", "Running Error1 ready=false restarts=0",
				"Running Running ready=false restarts=1", "Succeeded Completed0 ready=false restarts=1",
			},
		},
		"whose variables cannot be had": {
			pod: testPod(), refuse: configError("secret %q not found", "app"), span: 3 * time.Second,
			seen: []string{"Pending ContainerCreating ready=false restarts=0", "Pending CreateContainerConfigError ready=false restarts=0"},
		},
		"that cannot be made": {
			pod: testPod(), refuse: errors.New("no space left"), span: 3 * time.Second,
			seen: []string{"Pending ContainerCreating ready=false restarts=0", "Pending CreateContainerError ready=false restarts=0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, test.pod)
			s.refuse, s.exits["main"] = test.refuse, test.exits
			for kind := range test.faults {
				s.faults[kind] = true
			}
			s.pass(test.span)
			s.expect(test.seen...)
		})
	}
}

func TestAFaultTakesEffectOnARunningPodAndEndsWithTheWish(t *testing.T) {
	s := newStage(t, testPod())
	s.pass(time.Second)
	s.faults[NotReady] = true
	if status := s.pass(time.Second); status.ContainerStatuses[0].Ready || condition(&status, corev1.PodReady).Status != corev1.ConditionFalse {
		t.Errorf("still ready: %v", status)
	}
	delete(s.faults, NotReady)
	s.faults[CrashLoopBackOff] = true
	status := s.pass(time.Minute)
	if state := status.ContainerStatuses[0]; state.RestartCount < 4 || state.LastTerminationState.Terminated.ExitCode != 1 {
		t.Errorf("it does not crash: %v", state)
	}
	delete(s.faults, CrashLoopBackOff)
	s.life.hurried.Store(true)
	if status := s.pass(time.Second); condition(&status, corev1.PodReady).Status != corev1.ConditionTrue {
		t.Errorf("not well again: %v", status)
	}
	if count := len(slices.DeleteFunc(s.events, func(reason string) bool { return reason != "Unhealthy" })); count != 1 {
		t.Errorf("told %d times that it is not ready", count)
	}
}

func TestAnImageThatRanIsNotPulledAgain(t *testing.T) {
	s := newStage(t, testPod())
	s.pass(time.Second)
	s.faults[ImagePullBackOff], s.faults[CrashLoopBackOff] = true, true
	s.pass(10 * time.Second)
	if strings.Contains(strings.Join(s.seen, "\n"), "Pull") {
		t.Errorf("pulled again: %q", s.seen)
	}
	if s.life.containers[0].restarts == 0 {
		t.Error("not restarted")
	}
}

func TestInitializationRunsInOrderBeforeTheOthers(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	s := newStage(t, testPod(policy(corev1.RestartPolicyNever), func(pod *corev1.Pod) {
		pod.Spec.InitContainers = []corev1.Container{{Name: "first"}, {Name: "sidecar", RestartPolicy: &always}, {Name: "second"}}
	}))
	s.exits["first"], s.exits["second"], s.exits["main"] = []int32{0}, []int32{0}, []int32{0}
	status := s.pass(time.Minute)
	if !slices.Equal(s.starts, []string{"first#0", "sidecar#0", "second#0", "main#0"}) {
		t.Errorf("started %q", s.starts)
	}
	if status.Phase != corev1.PodSucceeded || status.InitContainerStatuses[1].State.Terminated == nil {
		t.Errorf("the sidecar outlives the work: %v", status)
	}
}

func TestAFailedInitializationFailsAPodThatIsNotRestarted(t *testing.T) {
	s := newStage(t, testPod(policy(corev1.RestartPolicyNever), func(pod *corev1.Pod) {
		pod.Spec.InitContainers = []corev1.Container{{Name: "first"}}
	}))
	s.exits["first"] = []int32{1}
	status := s.pass(time.Minute)
	if status.Phase != corev1.PodFailed || !slices.Equal(s.starts, []string{"first#0"}) {
		t.Errorf("%s after %q", status.Phase, s.starts)
	}
	if initialized := condition(&status, corev1.PodInitialized); initialized.Status != corev1.ConditionFalse || initialized.Message != "containers with incomplete status: [first]" {
		t.Errorf("condition %v", initialized)
	}
}

func TestAPodEndsWhenItsTimeIsUp(t *testing.T) {
	seconds := int64(5)
	s := newStage(t, testPod(func(pod *corev1.Pod) { pod.Spec.ActiveDeadlineSeconds = &seconds }))
	if status := s.pass(4 * time.Second); status.Phase != corev1.PodRunning {
		t.Errorf("ended early: %v", status)
	}
	if status := s.pass(2 * time.Second); status.Phase != corev1.PodFailed || status.Reason != "DeadlineExceeded" {
		t.Errorf("%s %s", status.Phase, status.Reason)
	}
}

func TestAReadinessGateHoldsThePodBack(t *testing.T) {
	const gate = "target-health.eks.amazonaws.com/backend"
	s := newStage(t, testPod(func(pod *corev1.Pod) { pod.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: gate}} }))
	status := s.pass(time.Second)
	if ready := condition(&status, corev1.PodReady); ready.Reason != "ReadinessGatesNotReady" ||
		ready.Message != `corresponding condition of pod readiness gate "`+gate+`" does not exist.` {
		t.Errorf("ready is %v", ready)
	}
	setCondition(&s.pod.Status, corev1.PodCondition{Type: gate, Status: corev1.ConditionTrue}, s.now)
	if status := s.pass(time.Second); condition(&status, corev1.PodReady).Status != corev1.ConditionTrue || condition(&status, gate) == nil {
		t.Errorf("conditions are %v", status.Conditions)
	}
}

func TestAPodGoesOnWhereItsStatusSaysThatItStood(t *testing.T) {
	s := newStage(t, testPod())
	s.exits["main"] = []int32{1, 1}
	before := s.pass(time.Minute)
	again := newStage(t, s.pod)
	if after := again.pass(0); after.ContainerStatuses[0].RestartCount != 2 || after.ContainerStatuses[0].ContainerID != before.ContainerStatuses[0].ContainerID || len(again.starts) > 0 {
		t.Errorf("%v became %v", before.ContainerStatuses[0], after.ContainerStatuses[0])
	}
}
