package main

import (
	"testing"

	"slipway.dev/engine/internal/npmtokens"
)

func TestThePluginAnswersToEveryNameOfTheNpmPackage(t *testing.T) {
	npm := npmtokens.Read(t, name, version)
	resources, functions := map[string]bool{}, map[string]bool{}
	info := provider()
	for _, resource := range info.Resources {
		resources[string(resource.Tok)] = true
	}
	for _, source := range info.DataSources {
		functions[string(source.Tok)] = true
	}
	npmtokens.Compare(t, "resources", npm.Resources, resources)
	npmtokens.Compare(t, "functions", npm.Functions, functions)
}
