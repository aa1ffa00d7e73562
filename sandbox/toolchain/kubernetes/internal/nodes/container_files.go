package nodes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// containerFiles are what is kept of a pod's containers on disk: `<root>/<namespace>/<pod>/<container>.log`, the
// output before that, and what ran.
type containerFiles struct{ root string }

// runRecord is written before a process starts and after it ended, so that one that has run is never taken for one that has not,
// be this program killed in between.
type runRecord struct {
	UID      types.UID `json:"uid"`
	Attempt  int32     `json:"attempt"`
	Ended    bool      `json:"ended"`
	ExitCode int32     `json:"exitCode"`
	Finished time.Time `json:"finished"`
}

func (f containerFiles) log(namespace, pod, container string, previous bool) string {
	suffix := ".log"
	if previous {
		suffix = ".previous.log"
	}
	return filepath.Join(f.root, namespace, pod, container+suffix)
}

// rotate makes place for the output of the container's next run and keeps that of its last.
func (f containerFiles) rotate(namespace, pod, container string) (string, error) {
	current := f.log(namespace, pod, container, false)
	if err := os.MkdirAll(filepath.Dir(current), 0o700); err != nil {
		return "", err
	}
	err := os.Rename(current, f.log(namespace, pod, container, true))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return current, nil
}

// say writes a line of ours as if the container had.
func (f containerFiles) say(namespace, pod, container, line string) error {
	file, err := f.rotate(namespace, pod, container)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(line+"\n"), 0o600)
}

func (f containerFiles) recordFile(namespace, pod, container string) string {
	return filepath.Join(f.root, namespace, pod, container+".run.json")
}

func (f containerFiles) record(namespace, pod, container string, record runRecord) error {
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	file := f.recordFile(namespace, pod, container)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(file+".part", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".part", file)
}

// lastRun is what is on record of the pod's container; a pod of the same name that was another one has left none.
func (f containerFiles) lastRun(namespace, pod, container string, uid types.UID) (runRecord, bool) {
	text, err := os.ReadFile(f.recordFile(namespace, pod, container))
	var record runRecord
	if err != nil || json.Unmarshal(text, &record) != nil || record.UID != uid {
		return runRecord{}, false
	}
	return record, true
}

const (
	longestMessage = 2048
	mostLines      = 80
)

// lastWords are the end of the output, as much as a termination message takes.
func (f containerFiles) lastWords(namespace, pod, container string) string {
	file, err := os.Open(f.log(namespace, pod, container, false))
	if err != nil {
		return ""
	}
	defer file.Close()
	if size, err := file.Seek(0, io.SeekEnd); err != nil || size == 0 {
		return ""
	} else if _, err := file.Seek(max(0, size-longestMessage), io.SeekStart); err != nil {
		return ""
	}
	text, err := io.ReadAll(io.LimitReader(file, longestMessage))
	if err != nil {
		return ""
	}
	return string(lastLines(text, mostLines))
}

// lastLines are the last so many lines of a text.
func lastLines(text []byte, count int) []byte {
	if count <= 0 {
		return nil
	}
	end := bytes.TrimSuffix(text, []byte("\n"))
	start := len(end)
	for range count {
		start = bytes.LastIndexByte(end[:start], '\n')
		if start < 0 {
			return text
		}
	}
	return text[start+1:]
}

// oldest is how long the files of pods that are gone are kept.
const oldest = 7 * 24 * time.Hour

// prune removes the folders in which nothing was written for long.
func (f containerFiles) prune(now time.Time) error {
	folders, err := filepath.Glob(filepath.Join(f.root, "*", "*"))
	if err != nil {
		return err
	}
	for _, folder := range folders {
		about, err := os.Stat(folder)
		if err != nil || !about.IsDir() || now.Sub(about.ModTime()) < oldest {
			continue
		}
		if err := os.RemoveAll(folder); err != nil {
			return fmt.Errorf("cannot remove old logs: %w", err)
		}
	}
	return nil
}
