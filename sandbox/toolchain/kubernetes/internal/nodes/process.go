package nodes

import (
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// process is a container that runs as a process of this machine, with a process group of its own.
type process struct {
	cmd *exec.Cmd

	mu      sync.Mutex
	how     outcome
	ended   bool
	stopped bool
	done    chan struct{}
}

// startProcess starts a command with its output in a file. It dies with this program. onEnd is called once it has ended: with how,
// before anybody else is told.
func startProcess(cmd *exec.Cmd, output string, onEnd func(outcome)) (*process, error) {
	file, err := os.OpenFile(output, os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close() // the child has its own
	cmd.Stdout, cmd.Stderr = file, file
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	dieWithParent(cmd.SysProcAttr)
	if err := onKeptThread(cmd.Start); err != nil {
		return nil, err
	}
	started := &process{cmd: cmd, done: make(chan struct{})}
	go started.await(onEnd)
	return started, nil
}

func (p *process) await(onEnd func(outcome)) {
	_ = p.cmd.Wait() // the state says it all
	// What it started ends with it, as everything in a container does with its first process.
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	how := outcome{finished: time.Now(), exitCode: int32(p.cmd.ProcessState.ExitCode())}
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		// As container runtimes say it: 128 and the signal.
		how.exitCode = 128 + int32(status.Signal())
	}
	p.mu.Lock()
	p.how, p.ended = how, true
	p.mu.Unlock()
	close(p.done)
	onEnd(how)
}

func (p *process) outcome(time.Time) (outcome, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.how, p.ended
}

// wake: whoever started it is told of its end.
func (p *process) wake() time.Time { return time.Time{} }

// stop sends SIGTERM to the group, and SIGKILL after the grace; again only to kill at once.
func (p *process) stop(_ time.Time, grace time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended || (p.stopped && grace > 0) {
		return
	}
	p.stopped = true
	group := p.cmd.Process.Pid
	if grace <= 0 {
		_ = syscall.Kill(-group, syscall.SIGKILL)
		return
	}
	if err := syscall.Kill(-group, syscall.SIGTERM); errors.Is(err, syscall.ESRCH) {
		return
	}
	go func() {
		select {
		case <-p.done:
		case <-time.After(grace):
			_ = syscall.Kill(-group, syscall.SIGKILL)
		}
	}()
}
