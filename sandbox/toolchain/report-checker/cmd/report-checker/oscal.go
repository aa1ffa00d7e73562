package main

import (
	"fmt"

	oscal "github.com/defenseunicorns/go-oscal/src/pkg/validation"
)

// checkOscal holds the document against NIST's schema of the version that the document names.
func checkOscal(document []byte) ([]string, error) {
	validator, err := oscal.NewValidator(document)
	if err != nil {
		// It is no JSON, no model of OSCAL, or of a version that there is not.
		return []string{err.Error()}, nil
	}
	if invalid := validator.Validate(); invalid != nil {
		result, err := validator.GetValidationResult()
		if err != nil || len(result.Errors) == 0 {
			return []string{invalid.Error()}, nil
		}
		var problems []string
		for _, each := range result.Errors {
			problems = append(problems, fmt.Sprintf("%s: %s", each.InstanceLocation, each.Error))
		}
		return problems, nil
	}
	return nil, nil
}
