package nodes

import (
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// surroundings are what a container's life depends on apart from its own past.
type surroundings interface {
	// faulty tells whether that fault meets the container now.
	faulty(kind Kind, container *corev1.Container) bool
	// start starts the container for the so-manieth time.
	start(container *corev1.Container, attempt int32) (execution, error)
	// event tells users what happened.
	event(kind, reason, message string)
}

// startError is why a container could not be made, by the reason that kubelets give.
type startError struct{ reason, message string }

func (e startError) Error() string { return e.message }

// container is the life of one container of a pod.
type container struct {
	spec *corev1.Container
	// init is for those that run before the others, sidecar for those of them that go on.
	init, sidecar bool
	policy        corev1.RestartPolicy
	// pod is how messages name the pod, creating the reason that stands until the container is there.
	pod, creating string

	state, last    corev1.ContainerState
	restarts       int32
	started, ready bool
	// unhealthy is set once users have been told that it is not ready.
	unhealthy          bool
	execution          execution
	id                 string
	startedAt, endedAt time.Time

	pulled      bool
	failedPulls int
	crashes     int
	// next is when a container that waits is tried again.
	next time.Time
	// hurried lifts the wait: what it waited for may have changed.
	hurried bool
}

// step goes on as far as it can by now, one visible state at a time, and tells when it wants to be looked at again: the zero time when
// only something from outside can change it.
func (c *container) step(now time.Time, around surroundings) time.Time {
	switch {
	case c.state.Terminated != nil:
		return c.afterEnd(now, around)
	case c.state.Running != nil:
		return c.whileRunning(now, around)
	default:
		return c.toStart(now, around)
	}
}

func (c *container) toStart(now time.Time, around surroundings) time.Time {
	if now.Before(c.next) && !c.hurried {
		return c.next
	}
	c.hurried = false
	if !c.pulled {
		if around.faulty(ImagePullBackOff, c.spec) {
			return c.failToPull(now, around)
		}
		if c.next.IsZero() || c.failedPulls > 0 {
			c.failedPulls = 0
			c.wait(c.creating, "")
			around.event(corev1.EventTypeNormal, "Pulling", fmt.Sprintf("Pulling image %q", c.spec.Image))
			c.next = now.Add(pace.pull)
			return c.next
		}
		c.pulled = true
		around.event(corev1.EventTypeNormal, "Pulled", fmt.Sprintf("Successfully pulled image %q in %v (%v including waiting).", c.spec.Image, pace.pull, pace.pull))
	}
	attempt := c.restarts
	if c.last.Terminated != nil {
		attempt++
	}
	execution, err := around.start(c.spec, attempt)
	if err != nil {
		reason := "CreateContainerError"
		var known startError
		if errors.As(err, &known) {
			reason = known.reason
		}
		c.wait(reason, err.Error())
		around.event(corev1.EventTypeWarning, "Failed", "Error: "+err.Error())
		c.next = now.Add(pace.mountAgain)
		return c.next
	}
	c.run(now, attempt, execution)
	around.event(corev1.EventTypeNormal, "Created", "Container created")
	around.event(corev1.EventTypeNormal, "Started", "Container started")
	return now
}

func (c *container) run(now time.Time, attempt int32, execution execution) {
	c.restarts, c.execution, c.startedAt = attempt, execution, now
	c.id = "containerd://" + newContainerID()
	c.state = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: seconds(now)}}
	c.next = time.Time{}
}

func (c *container) failToPull(now time.Time, around surroundings) time.Time {
	image := c.spec.Image
	cause := fmt.Sprintf("failed to pull and unpack image %q: failed to resolve reference %q: %s: not found", image, image, image)
	failure := "rpc error: code = NotFound desc = " + cause
	c.failedPulls++
	if c.failedPulls == 1 {
		c.wait("ErrImagePull", failure)
		around.event(corev1.EventTypeNormal, "Pulling", fmt.Sprintf("Pulling image %q", image))
		around.event(corev1.EventTypeWarning, "Failed", fmt.Sprintf("Failed to pull image %q: %s", image, failure))
		around.event(corev1.EventTypeWarning, "Failed", "Error: ErrImagePull")
		c.next = now.Add(pace.failedPull)
		return c.next
	}
	c.wait("ImagePullBackOff", fmt.Sprintf("Back-off pulling image %q: ErrImagePull: %s", image, failure))
	around.event(corev1.EventTypeNormal, "BackOff", fmt.Sprintf("Back-off pulling image %q", image))
	around.event(corev1.EventTypeWarning, "Failed", "Error: ImagePullBackOff")
	c.next = now.Add(pace.pullAgain)
	return c.next
}

func (c *container) whileRunning(now time.Time, around surroundings) time.Time {
	if how, ended := c.execution.outcome(now); ended {
		return c.end(now, how)
	}
	wake := c.execution.wake()
	if around.faulty(CrashLoopBackOff, c.spec) {
		crash := c.startedAt.Add(pace.crash)
		if !now.Before(crash) {
			c.execution.stop(now, 0)
			return c.end(now, outcome{exitCode: 1, finished: now, message: FaultsName + ": the container was made to crash"})
		}
		wake = earliest(wake, crash)
	}
	if !c.started {
		startup := c.startedAt
		if c.spec.StartupProbe != nil {
			startup = startup.Add(pace.startup)
		}
		if now.Before(startup) {
			return earliest(wake, startup)
		}
		c.started = true
	}
	return earliest(wake, c.probeReadiness(now, around))
}

func (c *container) probeReadiness(now time.Time, around surroundings) time.Time {
	if around.faulty(NotReady, c.spec) {
		if !c.unhealthy {
			around.event(corev1.EventTypeWarning, "Unhealthy", "Readiness probe failed: "+FaultsName+": the container was made not ready")
		}
		c.ready, c.unhealthy = false, true
		return time.Time{}
	}
	c.unhealthy = false
	if c.ready {
		return time.Time{}
	}
	if c.spec.ReadinessProbe != nil && !c.init {
		first := c.startedAt.Add(pace.readiness)
		if c.spec.StartupProbe != nil {
			first = first.Add(pace.startup)
		}
		if now.Before(first) {
			return first
		}
	}
	c.ready = true
	return time.Time{}
}

func (c *container) end(now time.Time, how outcome) time.Time {
	if how.finished.Sub(c.startedAt) > pace.forgiven {
		c.crashes = 0
	}
	c.crashes++
	c.state = corev1.ContainerState{Terminated: how.terminated(c.startedAt, c.id)}
	c.execution, c.started, c.ready, c.unhealthy, c.endedAt = nil, false, false, false, how.finished
	return now
}

func (c *container) afterEnd(now time.Time, around surroundings) time.Time {
	if !c.restartable(c.state.Terminated.ExitCode) {
		return time.Time{}
	}
	c.last = c.state
	wait := backoff(c.crashes)
	if c.next = c.endedAt.Add(wait); !now.Before(c.next) {
		c.state = corev1.ContainerState{}
		return c.toStart(now, around)
	}
	c.wait("CrashLoopBackOff", fmt.Sprintf("back-off %v restarting failed container=%s pod=%s", wait, c.spec.Name, c.pod))
	around.event(corev1.EventTypeWarning, "BackOff", fmt.Sprintf("Back-off restarting failed container %s in pod %s", c.spec.Name, c.pod))
	return c.next
}

// restartable tells whether it is started again after it ended so.
func (c *container) restartable(exitCode int32) bool {
	switch {
	case c.sidecar:
		return true
	case c.policy == corev1.RestartPolicyNever:
		return false
	case c.init || c.policy == corev1.RestartPolicyOnFailure:
		return exitCode != 0
	default:
		return true
	}
}

// done tells whether it has ended and will not be started again.
func (c *container) done() bool {
	return c.state.Terminated != nil && !c.restartable(c.state.Terminated.ExitCode)
}

func (c *container) succeeded() bool { return c.done() && c.state.Terminated.ExitCode == 0 }

func (c *container) wait(reason, message string) {
	c.state = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}

// seconds is a time as the API keeps it.
func seconds(at time.Time) metav1.Time { return metav1.NewTime(at).Rfc3339Copy() }
