package languagehost

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"slipway.dev/engine/internal/nodejs"
)

// GetRequiredPackages lists the plugins that a program needs: every installed npm package that declares one. What
// cannot be read is logged and passed over, since the program may never use it.
func (h *Host) GetRequiredPackages(
	_ context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	search := packageSearch{visited: map[string]bool{}}
	search.fromProgram(request.GetInfo().GetProgramDirectory())
	search.warnOfMixedSDKs(h)
	return &pulumirpc.GetRequiredPackagesResponse{Packages: search.found}, nil
}

// manifest is the part of a package.json that matters here.
type manifest struct {
	Name    string                  `json:"name"`
	Version string                  `json:"version"`
	Pulumi  plugin.PulumiPluginJSON `json:"pulumi"`
}

type packageSearch struct {
	found   []*pulumirpc.PackageDependency
	sdks    []string        // "3.256.0 in /path", one for each copy of the SDK
	visited map[string]bool // real paths, so that links are walked once
}

// fromProgram looks where Node would look, from the program's directory upwards, and ends with the node_modules that
// holds the SDK: what lies above belongs to someone else.
func (s *packageSearch) fromProgram(directory string) {
	directory, err := filepath.Abs(directory)
	if err != nil {
		logging.V(3).Infof("package search: %v", err)
		return
	}
	for {
		modules := filepath.Join(directory, "node_modules")
		s.inModules(modules)
		_, err := os.Stat(filepath.Join(modules, filepath.FromSlash(nodejs.SDK), "package.json"))
		parent := filepath.Dir(directory)
		if err == nil || parent == directory {
			return
		}
		directory = parent
	}
}

// inModules looks at each package of a node_modules, scoped (@scope/name) or not.
func (s *packageSearch) inModules(modules string) {
	for _, name := range entries(modules) {
		switch {
		case strings.HasPrefix(name, "."): // .bin, .package-lock.json, pnpm's store
		case strings.HasPrefix(name, "@"):
			for _, scoped := range entries(filepath.Join(modules, name)) {
				s.inPackage(filepath.Join(modules, name, scoped))
			}
		default:
			s.inPackage(filepath.Join(modules, name))
		}
	}
}

// inPackage looks at one package and at those that are nested in it.
func (s *packageSearch) inPackage(directory string) {
	real, err := filepath.EvalSymlinks(directory)
	if err != nil || s.visited[real] {
		return
	}
	s.visited[real] = true
	// A policy pack's plugins are its own business.
	if pack, err := workspace.DetectPolicyPackPathAt(real); err == nil && pack != "" {
		return
	}
	s.readManifest(real)
	s.inModules(filepath.Join(real, "node_modules"))
}

func (s *packageSearch) readManifest(directory string) {
	text, err := os.ReadFile(filepath.Join(directory, "package.json"))
	if err != nil {
		return // a stray folder, no package
	}
	var parsed manifest
	if err := json.Unmarshal(text, &parsed); err != nil {
		logging.V(3).Infof("package search: %s: %v", directory, err)
		return
	}
	if parsed.Name == nodejs.SDK {
		s.sdks = append(s.sdks, fmt.Sprintf("%s in %s", parsed.Version, directory))
	}
	if !parsed.Pulumi.Resource {
		return
	}
	dependency, err := dependencyOf(parsed)
	if err != nil {
		logging.V(3).Infof("package search: %s: %v", directory, err)
		return
	}
	s.found = append(s.found, dependency)
}

// dependencyOf reads the `pulumi` stanza: name and version default to the package's own, but only the vendor's scope
// may leave the name out.
func dependencyOf(parsed manifest) (*pulumirpc.PackageDependency, error) {
	stanza := parsed.Pulumi
	name := stanza.Name
	if name == "" {
		short, ours := strings.CutPrefix(parsed.Name, "@pulumi/")
		if !ours {
			return nil, fmt.Errorf("package %q declares a Pulumi plugin, but no pulumi.name", parsed.Name)
		}
		name = short
	}
	version := stanza.Version
	if version == "" {
		version = parsed.Version
	}
	if version == "" {
		return nil, fmt.Errorf("package %q has no version", parsed.Name)
	}
	return &pulumirpc.PackageDependency{
		Name:             name,
		Kind:             "resource",
		Version:          "v" + strings.TrimPrefix(version, "v"),
		Server:           stanza.Server,
		Parameterization: parameterization(stanza.Parameterization),
		Extension:        parameterization(stanza.ExtensionParameterization),
	}, nil
}

func parameterization(declared *plugin.PulumiParameterizationJSON) *pulumirpc.PackageParameterization {
	if declared == nil {
		return nil
	}
	return &pulumirpc.PackageParameterization{Name: declared.Name, Version: declared.Version, Value: declared.Value}
}

// warnOfMixedSDKs says so when copies of the SDK of different major versions are installed: resources of the one are
// strangers to the other.
func (s *packageSearch) warnOfMixedSDKs(h *Host) {
	majors := map[string]bool{}
	for _, sdk := range s.sdks {
		major, _, _ := strings.Cut(sdk, ".")
		majors[major] = true
	}
	if len(majors) > 1 {
		slices.Sort(s.sdks)
		fmt.Fprintf(h.stderr, "warning: incompatible versions of %s are installed; use one major version:\n  %s\n",
			nodejs.SDK, strings.Join(s.sdks, "\n  "))
	}
}

// entries lists a directory's names; one that is not there is empty.
func entries(directory string) []string {
	listed, err := os.ReadDir(directory)
	if err != nil {
		return nil
	}
	names := make([]string, len(listed))
	for i, entry := range listed {
		names[i] = entry.Name()
	}
	return names
}
