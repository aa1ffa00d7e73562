package nodes

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/fake"
)

// testRunner runs images named operator as scripts of a shell.
func testRunner(t *testing.T) (*runner, <-chan string) {
	root := t.TempDir()
	ended := make(chan string, 10)
	return &runner{
		images:      []ProcessImage{{Repository: "operator", Entrypoint: []string{"/bin/sh", "-c"}, Directory: root}},
		environment: map[string]string{"FROM": "sandbox"}, apiHost: "127.0.0.1", apiPort: "6443",
		files: containerFiles{root: root}, accounts: serviceAccounts{client: fake.NewClientset(), root: filepath.Join(root, ".accounts")},
		ended: func(key string) { ended <- key },
	}, ended
}

// operatorPod runs a script; $(NAME) and $NAME are both of the container.
func operatorPod(script string) *corev1.Pod {
	return testPod(policy(corev1.RestartPolicyNever), func(pod *corev1.Pod) {
		pod.Spec.Containers = []corev1.Container{{
			Name: "main", Image: "registry/operator@sha256:12", Args: []string{script},
			TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		}}
	})
}

func mainOf(pod *corev1.Pod) *container {
	return &container{spec: &pod.Spec.Containers[0], policy: pod.Spec.RestartPolicy}
}

func run(t *testing.T, r *runner, pod *corev1.Pod, variables map[string]string) execution {
	t.Helper()
	started, err := r.start(context.Background(), pod, mainOf(pod), 0, variables)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { started.stop(time.Now(), 0) })
	return started
}

func awaitEnd(t *testing.T, ended <-chan string, started execution) outcome {
	t.Helper()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the process does not end")
	}
	how, over := started.outcome(time.Now())
	if !over {
		t.Fatal("told of an end that was none")
	}
	return how
}

func TestOnlyPodsOfWhichAllImagesAreKnownRunAsProcesses(t *testing.T) {
	r, _ := testRunner(t)
	for image, known := range map[string]bool{
		"operator": true, "1.dkr.ecr.us-west-2.amazonaws.com/teamflow/operator@sha256:ab": true, "localhost:5000/operator:1": true,
		"registry/operator-x": false, "operator/backend": false, "": false,
	} {
		if got := r.asProcesses(testPod(func(pod *corev1.Pod) { pod.Spec.Containers[0].Image = image })); got != known {
			t.Errorf("%q: %t", image, got)
		}
	}
	mixed := operatorPod("true")
	mixed.Spec.InitContainers = []corev1.Container{{Name: "first", Image: "busybox"}}
	if r.asProcesses(mixed) {
		t.Error("half of a pod would be real")
	}
}

func TestAProcessHasItsVariablesAndTheWayToTheAPIServer(t *testing.T) {
	r, ended := testRunner(t)
	t.Setenv("SECRET_OF_THIS_MACHINE", "planted")
	pod := operatorPod(`echo "$(NAME) $NAME $FROM $KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT [$SECRET_OF_THIS_MACHINE]"`)
	started := run(t, r, pod, map[string]string{"NAME": "x", "FROM": "container"})
	if how := awaitEnd(t, ended, started); how.exitCode != 0 || how.message != "" {
		t.Errorf("ended %v", how)
	}
	text, _ := os.ReadFile(r.files.log("teamflow", "backend-5d4f-x", "main", false))
	if string(text) != "x x sandbox 127.0.0.1:6443 []\n" {
		t.Errorf("it says %q", text)
	}
}

func TestAFailedProcessLeavesItsCodeAndItsLastWords(t *testing.T) {
	r, ended := testRunner(t)
	started := run(t, r, operatorPod("echo one; echo two >&2; exit 7"), nil)
	if how := awaitEnd(t, ended, started); how.exitCode != 7 || how.message != "one\ntwo\n" {
		t.Errorf("ended %v", how)
	}
}

func TestAProcessIsAskedToEndAndThenKilled(t *testing.T) {
	for script, code := range map[string]int32{
		`trap "exit 5" TERM; echo up; while :; do sleep 0.02; done`: 5,
		`trap "" TERM; echo up; while :; do sleep 0.02; done`:       137,
		"echo up; exec sleep 60":                                    143,
	} {
		r, ended := testRunner(t)
		pod := operatorPod(script)
		started := run(t, r, pod, nil)
		for range 500 {
			if r.files.lastWords(pod.Namespace, pod.Name, "main") != "" {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		started.stop(time.Now(), 300*time.Millisecond)
		if how := awaitEnd(t, ended, started); how.exitCode != code {
			t.Errorf("%s: ended %v", script, how)
		}
	}
}

func TestACommandInThePlaceOfTheEntrypointIsRefused(t *testing.T) {
	r, _ := testRunner(t)
	pod := operatorPod("true")
	pod.Spec.Containers[0].Command = []string{"rm"}
	_, err := r.start(context.Background(), pod, mainOf(pod), 0, nil)
	if err == nil || !strings.Contains(err.Error(), "give args, and no command (rm)") {
		t.Errorf("the error is %v", err)
	}
}

func TestWhatBecameOfAProcessWhileNobodyLooked(t *testing.T) {
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	for name, test := range map[string]struct {
		state  corev1.ContainerState
		record *runRecord
		code   int32 // -1: it was not started
	}{
		"never started":                    {code: -1},
		"running when we were killed":      {state: running, record: &runRecord{UID: "u1"}, code: 137},
		"running, and no record":           {state: running, code: 137},
		"started, but not said so":         {record: &runRecord{UID: "u1"}, code: 137},
		"ended, but not said so":           {state: running, record: &runRecord{UID: "u1", Ended: true, ExitCode: 4}, code: 4},
		"succeeded, but not said so":       {record: &runRecord{UID: "u1", Ended: true}, code: 0},
		"of another pod of that name":      {record: &runRecord{UID: "u0", Ended: true}, code: -1},
		"running, while another's is kept": {state: running, record: &runRecord{UID: "u0", Ended: true}, code: 137},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := testRunner(t)
			pod := operatorPod("true")
			if test.record != nil {
				if err := r.files.record(pod.Namespace, pod.Name, "main", *test.record); err != nil {
					t.Fatal(err)
				}
			}
			c := mainOf(pod)
			c.state = test.state
			adopted := r.adopt(pod, c, time.Now())
			if adopted == nil {
				if test.code != -1 {
					t.Error("it would run a second time")
				}
				return
			}
			if how, over := adopted.outcome(time.Now()); !over || how.exitCode != test.code {
				t.Errorf("%v %t", how, over)
			}
		})
	}
}

func TestLogsKeepTheRunBefore(t *testing.T) {
	r, _ := testRunner(t)
	for _, line := range []string{"first", "second", "third"} {
		if err := r.files.say("n", "p", "c", line); err != nil {
			t.Fatal(err)
		}
	}
	for previous, wanted := range map[bool]string{false: "third\n", true: "second\n"} {
		if text, _ := os.ReadFile(r.files.log("n", "p", "c", previous)); string(text) != wanted {
			t.Errorf("previous %t: %q", previous, text)
		}
	}
}

func TestLastLines(t *testing.T) {
	for _, test := range []struct {
		text   string
		count  int
		wanted string
	}{{"a\nb\nc\n", 2, "b\nc\n"}, {"a\nb\nc", 1, "c"}, {"a\n", 5, "a\n"}, {"a\nb\n", 0, ""}, {"", 3, ""}} {
		if got := string(lastLines([]byte(test.text), test.count)); got != test.wanted {
			t.Errorf("the last %d of %q are %q", test.count, test.text, got)
		}
	}
}

func TestOldLogsOfPodsAreRemoved(t *testing.T) {
	r, _ := testRunner(t)
	for _, pod := range []string{"old", "new"} {
		if err := r.files.say("n", pod, "c", "x"); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-8 * 24 * time.Hour)
	if err := os.Chtimes(filepath.Join(r.files.root, "n", "old"), past, past); err != nil {
		t.Fatal(err)
	}
	if err := r.files.prune(time.Now()); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(r.files.root, "n", "*"))
	if len(left) != 1 || filepath.Base(left[0]) != "new" {
		t.Errorf("left are %v", left)
	}
}
