// Package nodejs finds the machine's Node.js and a program's Pulumi SDK, and says plainly what is missing.
package nodejs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// SDK is the npm package that runs programs, plugins and policy packs.
const SDK = "@pulumi/pulumi"

// Module is a module of the SDK, found from a directory by Node's own rules, and the Node.js that will run it.
type Module struct {
	Node        string // path of the node executable
	NodeVersion string // such as "24.1.0"
	SDKVersion  string // version of @pulumi/pulumi
	Path        string // path of the module's file
}

// question makes node itself resolve the module, so that whatever node would do (links, workspaces, NODE_PATH) is
// done. Old syntax, because the node that is too old must get far enough to be told so; one line, because some
// version managers' shims lose the rest.
const question = `var a={node:process.versions.node};` +
	`try{var p=require("` + SDK + `/package.json");a.sdk=p.version;a.needs=(p.engines||{}).node;` +
	`a.path=require.resolve(process.argv[1])}` +
	`catch(e){a.problem=e.code==="MODULE_NOT_FOUND"?"missing":String(e.message)}` +
	`console.log(JSON.stringify(a))`

type answer struct {
	Node, SDK, Needs, Path, Problem string
}

// Resolve finds a module of the SDK from directory.
// The errors say what to do: no node on PATH, node too old for the SDK, SDK not installed.
func Resolve(ctx context.Context, directory, module string) (Module, error) {
	node, err := Find()
	if err != nil {
		return Module{}, err
	}
	if _, err := os.Stat(directory); err != nil {
		return Module{}, fmt.Errorf("the program's directory cannot be used: %w", err)
	}
	found, err := ask(ctx, node, directory, module)
	if err != nil {
		return Module{}, err
	}
	if tooOld(found.Node, found.Needs) {
		return Module{}, fmt.Errorf("Node.js %s (%s) is too old: %s %s needs Node.js %s. "+
			"Install a newer one, or put it first on PATH", found.Node, node, SDK, found.SDK, found.Needs)
	}
	switch {
	case found.Problem == "missing" && found.SDK == "":
		return Module{}, fmt.Errorf("the Pulumi SDK (%s) is not installed in %s: run `npm ci` or `pulumi install` there",
			SDK, directory)
	case found.Problem == "missing":
		return Module{}, fmt.Errorf("%s %s in %s has no %s: update it with `npm install %s@latest`",
			SDK, found.SDK, directory, strings.TrimPrefix(module, SDK+"/"), SDK)
	case found.Problem != "":
		return Module{}, fmt.Errorf("cannot find %s from %s: %s", module, directory, found.Problem)
	}
	return Module{Node: node, NodeVersion: found.Node, SDKVersion: found.SDK, Path: found.Path}, nil
}

// Find returns the path of the node executable on PATH.
func Find() (string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return "", errors.New("node is not on PATH: install Node.js (https://nodejs.org), or put it on PATH")
	}
	return node, nil
}

func ask(ctx context.Context, node, directory, module string) (answer, error) {
	cmd := exec.CommandContext(ctx, node, "-e", question, module)
	cmd.Dir = directory
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	output, err := cmd.Output()
	if err != nil {
		return answer{}, fmt.Errorf("%s cannot run: %w\n%s", node, err, strings.TrimSpace(complaint.String()))
	}
	var found answer
	if err := json.Unmarshal(output, &found); err != nil {
		return answer{}, fmt.Errorf("%s answered strangely (%q): is it Node.js?", node, output)
	}
	return found, nil
}
