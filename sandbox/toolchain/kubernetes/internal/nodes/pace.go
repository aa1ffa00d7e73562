package nodes

import "time"

// pace is how long things take here: as short as can be without skipping a state that a client could see in a real cluster.
var pace = struct {
	// pull is how long an image takes that is there.
	pull time.Duration
	// startup and readiness are what a container takes until its probes say yes, when it has such probes.
	startup, readiness time.Duration
	// work is what a Job's container takes that no process stands for.
	work time.Duration
	// crash is how long a container lives that is to crash.
	crash time.Duration
	// end is what a container takes to end after SIGTERM when no process stands for it.
	end time.Duration
	// failedPull is how long ErrImagePull stands before it becomes ImagePullBackOff, pullAgain when the pull is tried again.
	failedPull, pullAgain time.Duration
	// mountAgain is when a volume that could not be mounted, or a container that could not be made, is tried again.
	mountAgain time.Duration
	// firstBackoff doubles with every crash up to longestBackoff, a tenth of what Kubernetes waits.
	firstBackoff, longestBackoff time.Duration
	// forgiven is how long a container has to live until its earlier crashes count no more.
	forgiven time.Duration
}{
	pull: 40 * time.Millisecond, startup: 40 * time.Millisecond, readiness: 40 * time.Millisecond,
	work: 300 * time.Millisecond, crash: 150 * time.Millisecond, end: 150 * time.Millisecond,
	failedPull: 300 * time.Millisecond, pullAgain: 10 * time.Second, mountAgain: 500 * time.Millisecond,
	firstBackoff: time.Second, longestBackoff: 30 * time.Second, forgiven: time.Minute,
}

// backoff is how long a container that crashed so many times waits: the first time it is started again at once.
func backoff(crashes int) time.Duration {
	if crashes < 2 {
		return 0
	}
	wait := pace.firstBackoff
	for range crashes - 2 {
		if wait *= 2; wait >= pace.longestBackoff {
			return pace.longestBackoff
		}
	}
	return wait
}

// earliest is the earlier of two times, of which the zero time means never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
