// Package npmtokens reads, for tests, which resources and functions an npm package of Pulumi calls, so that a plugin
// can be held to them.
package npmtokens

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	resource = regexp.MustCompile(`__pulumiType = '([^']+)'`)
	function = regexp.MustCompile(`runtime\.invoke(?:Output)?\("([^"]+)"`)
)

// Tokens are the names by which a package calls its plugin.
type Tokens struct{ Resources, Functions map[string]bool }

// Read reads the package with that name and version from the checkout's node_modules, and skips the test where it is
// not installed.
func Read(t *testing.T, name, version string) Tokens {
	t.Helper()
	root := installed(t, name)
	manifest, err := os.ReadFile(filepath.Join(root, "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(manifest), `"version": "`+version+`"`) {
		t.Errorf("the plugin says it is version %s, but the installed npm package @pulumi/%s is another", version, name)
	}
	tokens := Tokens{map[string]bool{}, map[string]bool{}}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".js") || strings.Contains(path, filepath.Join(root, "node_modules")) {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range resource.FindAllStringSubmatch(string(text), -1) {
			tokens.Resources[match[1]] = true
		}
		for _, match := range function.FindAllStringSubmatch(string(text), -1) {
			tokens.Functions[match[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(tokens.Resources, "pulumi:providers:"+name)
	delete(tokens.Resources, name) // the provider itself
	return tokens
}

// installed is the package's folder in the nearest node_modules that has it, from the working directory upwards.
func installed(t *testing.T, name string) string {
	t.Helper()
	directory, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		root := filepath.Join(directory, "node_modules", "@pulumi", name)
		if _, err := os.Stat(root); err == nil {
			return root
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			t.Skipf("the npm package @pulumi/%s is not installed in this checkout", name)
		}
		directory = parent
	}
}

// Compare reports what only one side knows.
func Compare(t *testing.T, kind string, npm, plugin map[string]bool) {
	t.Helper()
	if len(npm) == 0 {
		t.Errorf("no %s were found in the npm package", kind)
	}
	for token := range npm {
		if !plugin[token] {
			t.Errorf("%s: the plugin lacks %s", kind, token)
		}
	}
	for token := range plugin {
		if !npm[token] {
			t.Errorf("%s: the npm package lacks %s", kind, token)
		}
	}
}
