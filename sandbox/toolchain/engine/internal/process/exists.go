package process

import (
	"errors"
	"syscall"
)

// exists tells whether a process has that id. One that may not be signalled exists too.
func exists(pid int) bool {
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
