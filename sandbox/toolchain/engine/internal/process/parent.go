package process

import (
	"context"
	"os"
	"time"
)

// parent is read before main begins, so that a parent that dies early is not mistaken for the one that adopts us.
var parent = os.Getppid()

// parentInterval is how often the parent is looked at; the look is one cheap system call.
const parentInterval = 200 * time.Millisecond

// ParentGone is closed when the process that started this one has ended, however it ended. A poll, because it is the
// same everywhere and no signal can be lost.
func ParentGone(ctx context.Context) <-chan struct{} {
	gone := make(chan struct{})
	go watch(ctx, gone, func() bool { return os.Getppid() != parent })
	return gone
}

// Gone is closed when the process with that id has ended. It need not be the parent, which is watched best, since an
// orphan is handed on at once.
func Gone(ctx context.Context, pid int) <-chan struct{} {
	if pid == parent {
		return ParentGone(ctx)
	}
	gone := make(chan struct{})
	go watch(ctx, gone, func() bool { return !Running(pid) })
	return gone
}

func watch(ctx context.Context, gone chan<- struct{}, isGone func() bool) {
	ticker := time.NewTicker(parentInterval)
	defer ticker.Stop()
	for !isGone() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
	close(gone)
}
