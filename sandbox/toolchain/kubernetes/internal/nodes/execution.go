package nodes

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// execution is a container that was started: a process of this machine, or nothing but the time that passes.
type execution interface {
	// outcome tells how it ended, once it has.
	outcome(now time.Time) (outcome, bool)
	// wake is when the outcome should be asked for again; the zero time when whoever ended says so himself.
	wake() time.Time
	// stop asks it to end, and insists after the grace.
	stop(now time.Time, grace time.Duration)
}

// outcome is how a container ended.
type outcome struct {
	exitCode int32
	signal   int32
	reason   string
	message  string
	finished time.Time
}

func (o outcome) terminated(started time.Time, id string) *corev1.ContainerStateTerminated {
	reason := o.reason
	if reason == "" {
		if reason = "Error"; o.exitCode == 0 {
			reason = "Completed"
		}
	}
	return &corev1.ContainerStateTerminated{
		ExitCode: o.exitCode, Signal: o.signal, Reason: reason, Message: o.message,
		StartedAt: seconds(started), FinishedAt: seconds(o.finished), ContainerID: id,
	}
}

// pretended stands for a container without a process: it serves until it is told to end, or does its work in a moment.
type pretended struct {
	// ends is when it ends by itself; the zero time is never.
	ends time.Time
}

func (p *pretended) outcome(now time.Time) (outcome, bool) {
	if p.ends.IsZero() || now.Before(p.ends) {
		return outcome{}, false
	}
	return outcome{finished: p.ends}, true
}

func (p *pretended) wake() time.Time { return p.ends }

func (p *pretended) stop(now time.Time, grace time.Duration) {
	p.ends = earliest(p.ends, now.Add(min(pace.end, grace)))
}

// gone is a container whose process ended while nobody looked.
type gone struct{ how outcome }

func (g gone) outcome(time.Time) (outcome, bool) { return g.how, true }
func (g gone) wake() time.Time                   { return time.Time{} }
func (g gone) stop(time.Time, time.Duration)     {}

// lostOutcome is what kubelets say of a container that they cannot find again.
func lostOutcome(now time.Time) outcome {
	return outcome{
		exitCode: 137, reason: "ContainerStatusUnknown", finished: now,
		message: "The container could not be located when the pod was terminated",
	}
}
