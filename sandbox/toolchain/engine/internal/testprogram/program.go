// Package testprogram writes small Node.js programs with a stand-in for the Pulumi SDK, for tests that need a real
// node process but neither network nor engine.
package testprogram

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"slipway.dev/engine/internal/process"
)

// Program is a directory with a program and its node_modules.
type Program struct {
	t         *testing.T
	Directory string
}

// New writes a program whose index.js has that text, with an SDK that runs on any node.
func New(t *testing.T, text string) *Program {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatal("this test needs node on PATH")
	}
	directory, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	program := &Program{t, directory}
	program.Write("index.js", text)
	program.InstallSDK("3.256.0", ">=18")
	return program
}

// Write writes a file of the program.
func (p *Program) Write(path, text string) {
	p.t.Helper()
	full := filepath.Join(p.Directory, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// InstallSDK installs the stand-in with that version and that need of a node version.
func (p *Program) InstallSDK(version, needs string) {
	p.Write("node_modules/@pulumi/pulumi/package.json",
		`{"name":"@pulumi/pulumi","version":"`+version+`","engines":{"node":"`+needs+`"}}`)
	for module, text := range map[string]string{
		"run": standIn, "run-plugin": standIn, "run-policy-pack": standIn, "dynamic-provider": standIn,
	} {
		p.Write("node_modules/@pulumi/pulumi/cmd/"+module+"/index.js", text)
	}
}

// Record is what the stand-in saw when it was started.
type Record struct {
	Arguments   []string
	NodeOptions []string
	Environment map[string]string
	Directory   string
}

// Record reads what the last run saw.
func (p *Program) Record() Record {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.Directory, "record.json"))
	if err != nil {
		p.t.Fatal("the SDK's stand-in never ran: ", err)
	}
	var record Record
	if err := json.Unmarshal(text, &record); err != nil {
		p.t.Fatal(err)
	}
	return record
}

// standIn records how it was started, beside the node_modules it is installed in, and runs the program there.
const standIn = `
const fs = require("node:fs"), path = require("node:path");
const root = path.resolve(__dirname, "../../../../..");
fs.writeFileSync(path.join(root, "record.json"), JSON.stringify({
  Arguments: process.argv.slice(2), NodeOptions: process.execArgv, Environment: process.env, Directory: process.cwd(),
}));
require(path.join(root, "index.js"));
`

// AwaitEnd waits until these processes have ended.
func AwaitEnd(t *testing.T, pids ...int) {
	t.Helper()
	for _, pid := range pids {
		for deadline := time.Now().Add(15 * time.Second); process.Running(pid); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("process %d still runs", pid)
			}
		}
	}
}
