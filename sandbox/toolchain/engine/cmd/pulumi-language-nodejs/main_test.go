package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"slipway.dev/engine/internal/testprogram"
)

// TestMain lets this test binary be what it tests: the host, as the engine starts it, or an engine that starts a host.
func TestMain(m *testing.M) {
	switch os.Getenv("LANGUAGE_NODEJS_TEST_AS") {
	case "host":
		main()
	case "engine":
		playEngine(os.Getenv("LANGUAGE_NODEJS_TEST_PROGRAM"))
	default:
		os.Exit(m.Run())
	}
}

// endless prints its process id where the host passes it on, and runs until it is ended.
const endless = `console.log("program", process.pid); setInterval(() => {}, 1e6);`

// playEngine starts a host with a program and prints the processes' ids.
func playEngine(directory string) {
	server := serveEngine(nil)
	cmd, lines := startHost(fmt.Sprintf("127.0.0.1:%d", server.Port))
	fmt.Println("host", cmd.Process.Pid)
	client := dial(<-lines)
	go func() {
		for line := range lines {
			fmt.Println(line)
		}
	}()
	_, err := client.Run(context.Background(), &pulumirpc.RunRequest{
		Info: &pulumirpc.ProgramInfo{ProgramDirectory: directory, RootDirectory: directory, EntryPoint: "."},
	})
	fmt.Println("run ended", err)
}

func serveEngine(end chan bool) rpcutil.ServeHandle {
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: end,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterEngineServer(server, &pulumirpc.UnimplementedEngineServer{})
			return nil
		},
	})
	if err != nil {
		panic(err)
	}
	return server
}

// startHost starts the host in a process group of its own, as the engine does, and yields what it prints, line by line.
func startHost(engine string) (*exec.Cmd, <-chan string) {
	cmd := exec.Command(os.Args[0], engine)
	cmd.Env = append(os.Environ(), "LANGUAGE_NODEJS_TEST_AS=host")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	output, err := cmd.StdoutPipe()
	if err != nil {
		panic(err)
	}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	return cmd, linesOf(output)
}

func linesOf(output io.Reader) <-chan string {
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	return lines
}

func dial(port string) pulumirpc.LanguageRuntimeClient {
	connection, err := grpc.NewClient("127.0.0.1:"+port, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	return pulumirpc.NewLanguageRuntimeClient(connection)
}

// processOf waits for a line "name pid" and returns the id.
func processOf(t *testing.T, lines <-chan string, name string) int {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case line := <-lines:
			if text, found := strings.CutPrefix(line, name+" "); found {
				pid, err := strconv.Atoi(text)
				if err != nil {
					t.Fatal(err)
				}
				return pid
			}
		case <-limit:
			t.Fatalf("%s was never started", name)
		}
	}
}

func TestAnEngineThatIsKilledLeavesNeitherHostNorProgram(t *testing.T) {
	engine := exec.Command(os.Args[0])
	engine.Env = append(os.Environ(), "LANGUAGE_NODEJS_TEST_AS=engine",
		"LANGUAGE_NODEJS_TEST_PROGRAM="+testprogram.New(t, endless).Directory)
	output, err := engine.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Start(); err != nil {
		t.Fatal(err)
	}
	lines := linesOf(output)
	host, program := processOf(t, lines, "host"), processOf(t, lines, "program")
	if err := engine.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = engine.Wait()
	testprogram.AwaitEnd(t, host, program)
}

func TestAHostThatIsEndedTakesItsProgramAlong(t *testing.T) {
	for _, how := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		if _, err := os.Stat("/proc/self/stat"); err != nil && how == syscall.SIGKILL {
			t.Skip("only Linux ends a child with a killed parent")
		}
		host, program := hostWithProgram(t, serveEngine(nil).Port)
		if err := host.Process.Signal(how); err != nil {
			t.Fatal(err)
		}
		_ = host.Wait()
		testprogram.AwaitEnd(t, program)
	}
}

func TestAnEngineThatStopsListeningEndsTheHost(t *testing.T) {
	end := make(chan bool)
	engine := serveEngine(end)
	host, program := hostWithProgram(t, engine.Port)
	close(end)
	<-engine.Done
	_ = host.Wait()
	testprogram.AwaitEnd(t, program)
}

func TestAnInterruptedHostThatRunsNothingEndsWell(t *testing.T) {
	host, lines := startHost(fmt.Sprintf("127.0.0.1:%d", serveEngine(nil).Port))
	<-lines // its port: it serves
	if err := host.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := host.Wait(); err != nil {
		t.Error(err)
	}
}

func hostWithProgram(t *testing.T, enginePort int) (host *exec.Cmd, program int) {
	t.Helper()
	host, lines := startHost(fmt.Sprintf("127.0.0.1:%d", enginePort))
	client, directory := dial(<-lines), testprogram.New(t, endless).Directory
	go func() {
		_, _ = client.Run(context.Background(), &pulumirpc.RunRequest{
			Info: &pulumirpc.ProgramInfo{ProgramDirectory: directory, RootDirectory: directory, EntryPoint: "."},
		})
	}()
	return host, processOf(t, lines, "program")
}
