package nodes

import (
	"runtime"
	"sync"
)

// onKeptThread runs start on one OS thread that lives as long as this process. Linux binds a child's parent-death
// signal to the thread that forked it: on a thread that Go retires, the child would be killed for no reason.
func onKeptThread(start func() error) error {
	keptThread.Do(func() {
		go func() {
			runtime.LockOSThread()
			for request := range starts {
				request.result <- request.start()
			}
		}()
	})
	result := make(chan error)
	starts <- startRequest{start, result}
	return <-result
}

type startRequest struct {
	start  func() error
	result chan<- error
}

var (
	keptThread sync.Once
	starts     = make(chan startRequest)
)
