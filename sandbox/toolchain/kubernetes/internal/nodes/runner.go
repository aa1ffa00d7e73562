package nodes

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// inherited is what a process of this machine needs to run at all, and the sandbox's mark, by which leftovers are found.
var inherited = []string{"PATH", "HOME", "TMPDIR", "SLIPWAY_CACHE", "SLIPWAY_SANDBOX_PART"}

// serviceAccountVariable names the folder with the pod's token; in a real pod it lies where every client looks.
const serviceAccountVariable = "SLIPWAY_SERVICE_ACCOUNT_DIRECTORY"

// runner starts containers: as processes, when processes stand for all of the pod's images, else only in the API.
type runner struct {
	images      []ProcessImage
	environment map[string]string
	// apiHost and apiPort are where the API server is.
	apiHost, apiPort string
	files            containerFiles
	accounts         serviceAccounts
	// ended is told of pods of which a process has ended.
	ended func(key string)
}

// standsFor is what runs in the place of an image, by the last part of the image's repository.
func (r *runner) standsFor(image string) (ProcessImage, bool) {
	repository, _, _ := strings.Cut(image, "@")
	last := repository[strings.LastIndex(repository, "/")+1:]
	last, _, _ = strings.Cut(last, ":")
	index := slices.IndexFunc(r.images, func(one ProcessImage) bool { return one.Repository == last })
	if index < 0 {
		return ProcessImage{}, false
	}
	return r.images[index], true
}

// asProcesses tells whether processes stand for all of the pod's images.
func (r *runner) asProcesses(pod *corev1.Pod) bool {
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for _, one := range containers {
			if _, known := r.standsFor(one.Image); !known {
				return false
			}
		}
	}
	return true
}

func (r *runner) start(ctx context.Context, pod *corev1.Pod, c *container, attempt int32, variables map[string]string) (execution, error) {
	if r.asProcesses(pod) {
		return r.startProcess(ctx, pod, c, attempt, variables)
	}
	pretending := r.pretend(c, time.Now())
	if !pretending.ends.IsZero() {
		line := fmt.Sprintf("The sandbox has nothing to run for %s: it counts as done.", c.spec.Image)
		if err := r.files.say(pod.Namespace, pod.Name, c.spec.Name, line); err != nil {
			return nil, err
		}
	}
	return pretending, nil
}

// pretend: what is to end by itself (initialization, Jobs) does so, everything else serves.
func (r *runner) pretend(c *container, now time.Time) *pretended {
	if c.sidecar || (!c.init && c.policy == corev1.RestartPolicyAlways) {
		return &pretended{}
	}
	return &pretended{ends: now.Add(pace.work)}
}

func (r *runner) startProcess(ctx context.Context, pod *corev1.Pod, c *container, attempt int32, variables map[string]string) (execution, error) {
	image, _ := r.standsFor(c.spec.Image)
	if len(c.spec.Command) > 0 {
		return nil, startError{"CreateContainerError", fmt.Sprintf(
			"the sandbox runs %s by the image's own entrypoint only: give args, and no command (%s)", image.Repository, strings.Join(c.spec.Command, " "))}
	}
	directory, err := r.accounts.directory(ctx, pod)
	if err != nil {
		return nil, err
	}
	output, err := r.files.rotate(pod.Namespace, pod.Name, c.spec.Name)
	if err != nil {
		return nil, err
	}
	record := runRecord{UID: pod.UID, Attempt: attempt}
	if err := r.files.record(pod.Namespace, pod.Name, c.spec.Name, record); err != nil {
		return nil, err
	}
	cmd := exec.Command(image.Entrypoint[0], r.arguments(image, c.spec, variables)...)
	cmd.Dir = image.Directory
	cmd.Env = r.variables(variables, directory)
	started, err := startProcess(cmd, output, func(how outcome) {
		record.Ended, record.ExitCode, record.Finished = true, how.exitCode, how.finished
		if err := r.files.record(pod.Namespace, pod.Name, c.spec.Name, record); err != nil {
			warn("pod %s/%s: cannot note how %s ended: %v", pod.Namespace, pod.Name, c.spec.Name, err)
		}
		r.ended(pod.Namespace + "/" + pod.Name)
	})
	if err != nil {
		// It never ran, so nothing of it may stay on record.
		_ = os.Remove(r.files.recordFile(pod.Namespace, pod.Name, c.spec.Name))
		return nil, startError{"StartError", fmt.Sprintf("failed to start %s: %v", image.Entrypoint[0], err)}
	}
	return &speaking{execution: started, words: func() string { return r.lastWords(pod, c.spec) }}, nil
}

func (r *runner) arguments(image ProcessImage, spec *corev1.Container, variables map[string]string) []string {
	arguments := slices.Clone(image.Entrypoint[1:])
	for _, one := range spec.Args {
		arguments = append(arguments, expand(one, variables))
	}
	return arguments
}

// variables are the process's: what the machine gives, the container's, the sandbox's, and the way to the API server.
func (r *runner) variables(container map[string]string, serviceAccount string) []string {
	all := map[string]string{}
	for _, name := range inherited {
		if value, present := os.LookupEnv(name); present {
			all[name] = value
		}
	}
	maps.Copy(all, container)
	maps.Copy(all, r.environment)
	all["KUBERNETES_SERVICE_HOST"], all["KUBERNETES_SERVICE_PORT"] = r.apiHost, r.apiPort
	if serviceAccount != "" {
		all[serviceAccountVariable] = serviceAccount
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, name+"="+all[name])
	}
	return list
}

// adopt is what became of a container that an earlier run of this program started. Nil means that it was not started.
func (r *runner) adopt(pod *corev1.Pod, c *container, now time.Time) execution {
	running := c.state.Running != nil
	if !r.asProcesses(pod) {
		if running {
			return r.pretend(c, now)
		}
		return nil
	}
	attempt := c.restarts
	if !running && c.last.Terminated != nil {
		attempt++
	}
	record, found := r.files.lastRun(pod.Namespace, pod.Name, c.spec.Name, pod.UID)
	switch {
	case found && record.Attempt >= attempt && record.Ended:
		how := outcome{exitCode: record.ExitCode, finished: record.Finished}
		return &speaking{execution: gone{how}, words: func() string { return r.lastWords(pod, c.spec) }}
	case running || (found && record.Attempt >= attempt):
		return gone{lostOutcome(now)}
	default:
		return nil
	}
}

func (r *runner) lastWords(pod *corev1.Pod, spec *corev1.Container) string {
	if spec.TerminationMessagePolicy != corev1.TerminationMessageFallbackToLogsOnError {
		return ""
	}
	return r.files.lastWords(pod.Namespace, pod.Name, spec.Name)
}

// speaking adds the last words of its output to the outcome of a container that failed.
type speaking struct {
	execution
	words func() string
}

func (s *speaking) outcome(now time.Time) (outcome, bool) {
	how, ended := s.execution.outcome(now)
	if ended && how.exitCode != 0 {
		how.message = s.words()
	}
	return how, ended
}
