package main

import (
	"testing"

	"slipway.dev/engine/internal/npmtokens"
)

func TestThePluginAnswersToEveryNameOfTheNpmPackage(t *testing.T) {
	resources := map[string]bool{}
	for _, resource := range provider().Resources {
		resources[string(resource.Tok)] = true
	}
	npmtokens.Compare(t, "resources", npmtokens.Read(t, name, version).Resources, resources)
}
