package process

import (
	"os"
	"os/signal"
	"syscall"
)

// EndOwnGroup ends what this process started in its own process group, such as a package manager's scripts. It does
// nothing when the group is another's. For the last moment before exit.
func EndOwnGroup() {
	if syscall.Getpgrp() != os.Getpid() {
		return
	}
	signal.Ignore(syscall.SIGTERM)
	_ = syscall.Kill(0, syscall.SIGTERM)
}
