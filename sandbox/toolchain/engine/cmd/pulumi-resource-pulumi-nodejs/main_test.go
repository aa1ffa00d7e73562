package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway.dev/engine/internal/testprogram"
)

// TestMain lets this test binary be the launcher, as the engine starts it.
func TestMain(m *testing.M) {
	if os.Getenv("DYNAMIC_TEST_AS") == "launcher" {
		main()
		return
	}
	os.Exit(m.Run())
}

// launcher is the command of a launcher in a program's directory.
func launcher(program *testprogram.Program, arguments ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], arguments...)
	cmd.Dir = program.Directory
	cmd.Env = append(os.Environ(), "DYNAMIC_TEST_AS=launcher")
	return cmd
}

func TestTheProviderGetsArgumentsAndInputAndItsOutputAndExitCodeArePassedOn(t *testing.T) {
	program := testprogram.New(t, `
		process.stdin.on("data", (d) => console.log("heard " + d)).on("end", () => { process.exitCode = 5 });`)
	cmd := launcher(program, listen(t), "second")
	cmd.Stdin = strings.NewReader("hello")
	output, err := cmd.Output()
	if string(output) != "heard hello\n" || cmd.ProcessState.ExitCode() != 5 {
		t.Errorf("printed %q and exited with %d (%v)", output, cmd.ProcessState.ExitCode(), err)
	}
	if got := program.Record(); got.Arguments[1] != "second" || got.Directory != program.Directory {
		t.Errorf("got %q in %s", got.Arguments, got.Directory)
	}
}

func TestAMissingSDKIsSaidWithItsRemedy(t *testing.T) {
	program := testprogram.New(t, "")
	if err := os.RemoveAll(program.Directory + "/node_modules"); err != nil {
		t.Fatal(err)
	}
	output, err := launcher(program, listen(t)).CombinedOutput()
	if err == nil || !strings.Contains(string(output), "npm ci") {
		t.Errorf("printed %q, %v", output, err)
	}
}

func TestNothingIsStartedForAnEngineThatIsGone(t *testing.T) {
	program := testprogram.New(t, "")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	output, err := launcher(program, listener.Addr().String()).CombinedOutput()
	if err == nil || !strings.Contains(string(output), "engine is gone") {
		t.Errorf("printed %q, %v", output, err)
	}
}

const endless = `console.log("provider", process.pid); setInterval(() => {}, 1e6);`

func TestAnInterruptedLauncherEndsItsProvider(t *testing.T) {
	for _, how := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		if _, err := os.Stat("/proc/self/stat"); err != nil && how == syscall.SIGKILL {
			t.Skip("only Linux ends a child with a killed parent")
		}
		cmd := launcher(testprogram.New(t, endless), listen(t))
		provider := startAndRead(t, cmd)
		if err := cmd.Process.Signal(how); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		testprogram.AwaitEnd(t, provider)
	}
}

func TestAKilledEngineLeavesNoProvider(t *testing.T) {
	// A shell plays the engine: the launcher's parent, which is killed.
	cmd := launcher(testprogram.New(t, endless))
	engine := exec.Command("sh", "-c", os.Args[0]+" "+listen(t)+" & wait")
	engine.Dir, engine.Env = cmd.Dir, cmd.Env
	provider := startAndRead(t, engine)
	_ = engine.Process.Kill()
	_ = engine.Wait()
	testprogram.AwaitEnd(t, provider)
}

// listen plays an engine's address.
func listen(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().String()
}

func startAndRead(t *testing.T, cmd *exec.Cmd) (provider int) {
	t.Helper()
	reader, writer := io.Pipe()
	cmd.Stdout = writer
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	provider, err = strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "provider ")))
	if err != nil {
		t.Fatal(err)
	}
	return provider
}
