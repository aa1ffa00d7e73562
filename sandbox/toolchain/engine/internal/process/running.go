package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Running tells whether a process with that id runs. One that may not be signalled runs; one that has ended, but that
// nobody has taken note of (a zombie, usual under a container's careless first process), does not.
func Running(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // Linux only; elsewhere the signal has to do
	if err != nil {
		return true
	}
	_, state, _ := bytes.Cut(status[bytes.LastIndexByte(status, ')')+1:], []byte(" "))
	return !bytes.HasPrefix(state, []byte("Z"))
}
