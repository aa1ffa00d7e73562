package process

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain lets this test binary play the parent that is killed: a process that starts a child and waits.
func TestMain(m *testing.M) {
	if script := os.Getenv("PROCESS_TEST_PARENT_OF"); script != "" {
		cmd := Command(context.Background(), "sh", "-c", script)
		cmd.Stdout = os.Stdout
		_ = Run(cmd)
		return
	}
	if watched := os.Getenv("PROCESS_TEST_WATCH"); watched != "" {
		fmt.Println("ready")
		<-ParentGone(context.Background())
		_ = os.WriteFile(watched, []byte("parent gone"), 0o600)
		return
	}
	os.Exit(m.Run())
}

func TestACancelledChildEndsWithWhatItStarted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cmd := Command(ctx, "sh", "-c", "sh -c 'echo $$; exec sleep 60'; true")
	pids := startAndRead(t, cmd, 1)
	cancel()
	_ = cmd.Wait()
	awaitEnd(t, pids[0])
}

func TestAChildThatIgnoresTheInterruptIsKilledAfterTheGrace(t *testing.T) {
	cmd := Command(context.Background(), "sh", "-c", `trap "" INT; sleep 60 & echo $!; echo $$; while true; do sleep 0.1; done`)
	pids := startAndRead(t, cmd, 2)
	if err := endGroup(cmd.Process.Pid, 100*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	awaitEnd(t, pids[0])
	awaitEnd(t, pids[1])
}

func TestKillRestLeavesNobodyOfAGroupThatWasToldToEnd(t *testing.T) {
	cmd := Command(context.Background(), "sh", "-c", `trap "" INT; sleep 60 & echo $!; while true; do sleep 0.1; done`)
	pids := startAndRead(t, cmd, 1)
	if err := endGroup(cmd.Process.Pid, time.Minute); err != nil {
		t.Fatal(err)
	}
	KillRest()
	_ = cmd.Wait()
	awaitEnd(t, pids[0])
}

func TestAChildThatEndsByItselfIsLeftAlone(t *testing.T) {
	if err := Run(Command(context.Background(), "true")); err != nil {
		t.Error(err)
	}
}

func TestAChildDiesWithAParentThatIsKilled(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("the kernel's help is Linux's")
	}
	self := exec.Command(os.Args[0])
	self.Env = append(os.Environ(), "PROCESS_TEST_PARENT_OF=echo $$; exec sleep 60")
	pids := startAndRead(t, self, 1)
	_ = self.Process.Kill()
	_ = self.Wait()
	awaitEnd(t, pids[0])
}

func TestAKilledParentIsNoticed(t *testing.T) {
	notice := filepath.Join(t.TempDir(), "notice")
	shell := exec.Command("sh", "-c", os.Args[0]+" & echo $!; wait")
	shell.Env = append(os.Environ(), "PROCESS_TEST_WATCH="+notice)
	output, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(output); lines.Scan() && lines.Text() != "ready"; {
	}
	_ = shell.Process.Kill()
	_ = shell.Wait()
	eventually(t, "the parent's death was not noticed", func() bool {
		_, err := os.Stat(notice)
		return err == nil
	})
}

func TestAnotherProcessIsWatchedToItsEnd(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := Gone(t.Context(), cmd.Process.Pid)
	select {
	case <-gone:
		t.Error("it was declared gone while it ran")
	case <-time.After(2 * parentInterval):
	}
	_ = cmd.Process.Kill() // not waited for yet: a zombie has ended too
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Error("its end was not noticed")
	}
	_ = cmd.Wait()
}

// startAndRead starts cmd and reads that many process ids from its output.
func startAndRead(t *testing.T, cmd *exec.Cmd, count int) []int {
	t.Helper()
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := Start(cmd); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	var pids []int
	for len(pids) < count && lines.Scan() {
		pid, err := strconv.Atoi(strings.TrimSpace(lines.Text()))
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	if len(pids) < count {
		t.Fatalf("the child named %d of %d processes", len(pids), count)
	}
	return pids
}

func awaitEnd(t *testing.T, pid int) {
	t.Helper()
	eventually(t, fmt.Sprintf("process %d still runs", pid), func() bool { return !Running(pid) })
}

func eventually(t *testing.T, complaint string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(complaint)
		}
	}
}
