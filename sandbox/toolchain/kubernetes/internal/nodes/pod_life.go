package nodes

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// podLife is what a kubelet knows of one of its pods.
type podLife struct {
	uid        types.UID
	containers []*container // those of initialization first, in order
	ip         string
	mounted    bool
	// mountAt is when mounting is tried again.
	mountAt time.Time
	startAt time.Time
	// hurried is set by others when what the pod waits for may have changed.
	hurried atomic.Bool
	// grace is what containers have to end in when the pod's time is up.
	grace time.Duration
	// expired is set once it was active for longer than it may be.
	expired bool
	// endingSince is when it was told to end.
	endingSince time.Time
	// removed is set once the API server was told that nothing of it is left.
	removed bool
}

// newPodLife begins a pod's life, or takes it up where the pod's status says that it stands: the nodes may have been started anew.
// adopt finds the execution of a container that runs by its status, or that may have run without its status saying so.
func newPodLife(pod *corev1.Pod, now time.Time, adopt func(c *container, now time.Time) execution) *podLife {
	life := &podLife{uid: pod.UID, ip: pod.Status.PodIP, startAt: now}
	if seconds := pod.Spec.TerminationGracePeriodSeconds; seconds != nil {
		life.grace = time.Duration(*seconds) * time.Second
	}
	if pod.Status.StartTime != nil {
		life.startAt = pod.Status.StartTime.Time
	}
	for index := range pod.Spec.InitContainers {
		spec := &pod.Spec.InitContainers[index]
		one := life.add(pod, spec)
		one.init = true
		one.sidecar = spec.RestartPolicy != nil && *spec.RestartPolicy == corev1.ContainerRestartPolicyAlways
		one.restore(pod.Status.InitContainerStatuses, now, adopt)
	}
	for index := range pod.Spec.Containers {
		life.add(pod, &pod.Spec.Containers[index]).restore(pod.Status.ContainerStatuses, now, adopt)
	}
	life.mounted = slices.ContainsFunc(life.containers, (*container).everStarted)
	return life
}

func (l *podLife) add(pod *corev1.Pod, spec *corev1.Container) *container {
	one := &container{
		spec: spec, policy: pod.Spec.RestartPolicy, creating: "ContainerCreating",
		pod: fmt.Sprintf("%s_%s(%s)", pod.Name, pod.Namespace, pod.UID),
	}
	if len(pod.Spec.InitContainers) > 0 {
		one.creating = "PodInitializing"
	}
	l.containers = append(l.containers, one)
	return one
}

func (c *container) restore(statuses []corev1.ContainerStatus, now time.Time, adopt func(*container, time.Time) execution) {
	index := slices.IndexFunc(statuses, func(status corev1.ContainerStatus) bool { return status.Name == c.spec.Name })
	if index >= 0 {
		status := statuses[index]
		c.state, c.last, c.restarts, c.id = status.State, status.LastTerminationState, status.RestartCount, status.ContainerID
		c.ready, c.started = status.Ready, status.Started != nil && *status.Started
		c.crashes = int(c.restarts)
	}
	switch {
	case c.state.Terminated != nil:
		c.startedAt, c.endedAt = c.state.Terminated.StartedAt.Time, c.state.Terminated.FinishedAt.Time
		c.crashes++
	case c.state.Running != nil:
		c.startedAt = c.state.Running.StartedAt.Time
		c.execution = adopt(c, now)
	default:
		if c.last.Terminated != nil {
			c.endedAt = c.last.Terminated.FinishedAt.Time
		}
		if execution := adopt(c, now); execution != nil {
			attempt := c.restarts
			if c.last.Terminated != nil {
				attempt++
			}
			c.run(now, attempt, execution)
		}
	}
	c.pulled = c.everStarted()
}

func (c *container) everStarted() bool {
	return c.state.Running != nil || c.state.Terminated != nil || c.last.Terminated != nil
}

// step lets the containers go on in their order and tells when to look again.
func (l *podLife) step(now time.Time, deadline *int64, around func(*container) surroundings) time.Time {
	if l.expired {
		return l.stopAll(now, l.grace)
	}
	var wake time.Time
	if l.worked() || l.uninitializable() {
		return l.stopAll(now, pace.end) // sidecars end with the work that they served
	}
	if deadline != nil {
		ends := l.startAt.Add(time.Duration(*deadline) * time.Second)
		if !now.Before(ends) {
			l.expired = true
			return l.stopAll(now, l.grace)
		}
		wake = ends
	}
	for _, one := range l.containers {
		if one.init && !one.sidecar && one.succeeded() {
			continue
		}
		wake = earliest(wake, one.step(now, around(one)))
		if one.init && !one.initialized() {
			return wake
		}
	}
	if l.worked() {
		return now
	}
	return wake
}

// stopAll ends what runs and tells when to look again, the zero time once nothing is left.
func (l *podLife) stopAll(now time.Time, grace time.Duration) time.Time {
	var wake time.Time
	for _, one := range l.containers {
		if one.state.Running == nil {
			continue
		}
		if how, ended := one.execution.outcome(now); ended {
			one.end(now, how)
			continue
		}
		one.execution.stop(now, grace)
		if how, ended := one.execution.outcome(now); ended {
			one.end(now, how)
			continue
		}
		wake = earliest(wake, earliest(one.execution.wake(), now.Add(time.Second)))
	}
	return wake
}

// initialized tells whether the containers behind this one may start.
func (c *container) initialized() bool {
	if c.sidecar {
		return c.started
	}
	return c.succeeded()
}

// worked tells whether every container that is no sidecar has ended for good.
func (l *podLife) worked() bool {
	return !slices.ContainsFunc(l.containers, func(one *container) bool { return !one.init && !one.done() })
}

// uninitializable tells whether a container of initialization failed for good.
func (l *podLife) uninitializable() bool {
	return slices.ContainsFunc(l.containers, func(one *container) bool { return one.init && one.done() && !one.succeeded() })
}

// takeHurry lets everything that waits be tried again now, if somebody asked for that.
func (l *podLife) takeHurry() {
	if !l.hurried.Swap(false) {
		return
	}
	l.mountAt = time.Time{}
	for _, one := range l.containers {
		one.hurried = one.state.Running == nil && !one.next.IsZero()
	}
}

func newContainerID() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// anyProcess tells whether a process of the pod still runs.
func (l *podLife) anyProcess() bool {
	return slices.ContainsFunc(l.containers, func(one *container) bool {
		if one.execution == nil {
			return false
		}
		_, pretending := one.execution.(*pretended)
		_, ended := one.execution.outcome(time.Now())
		return !pretending && !ended
	})
}
