// Package process runs children that never outlive their reason to be: a cancelled child ends with everything it
// started, and neither a killed parent nor a killed engine leaves one behind.
package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Grace is how long a cancelled child may tidy up between the interrupt and the kill.
const Grace = 5 * time.Second

// Command is a child that leads a process group of its own. When ctx ends, the whole group is interrupted and, what
// is left of it after Grace, killed. Start it with [Start].
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return endGroup(cmd.Process.Pid, Grace) }
	cmd.WaitDelay = Grace + time.Second // a grandchild that holds our pipe open must not hold us
	return cmd
}

// Start starts cmd so that, on Linux, the kernel kills it when this process dies, be it by kill -9. Elsewhere the
// child has to notice by itself: a Pulumi program does, since its engine is gone.
func Start(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	dieWithParent(cmd.SysProcAttr)
	return onKeptThread(cmd.Start)
}

// Run is [Start], then Wait.
func Run(cmd *exec.Cmd) error {
	if err := Start(cmd); err != nil {
		return err
	}
	return cmd.Wait()
}

// ending holds the groups that were interrupted and may still have members.
var ending sync.Map

// endGroup interrupts a process group now and kills its rest after the grace.
func endGroup(group int, grace time.Duration) error {
	if err := syscall.Kill(-group, syscall.SIGINT); err != nil {
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	ending.Store(group, nil)
	go func() {
		defer ending.Delete(group)
		for deadline := time.Now().Add(grace); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) {
				return
			}
		}
		_ = syscall.Kill(-group, syscall.SIGKILL)
	}()
	return nil
}

// KillRest kills what is left of the groups that were told to end. For the last moment before exit.
func KillRest() {
	ending.Range(func(group, _ any) bool {
		_ = syscall.Kill(-group.(int), syscall.SIGKILL)
		return true
	})
}
