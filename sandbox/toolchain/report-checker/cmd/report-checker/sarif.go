package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// How the schema of OASIS begins in go-sarif.
const schemaBeginning = "{\n  \"$schema\": \"http://json-schema.org/draft-04/schema#\",\n  \"title\": \"Static Analysis Results " +
	"Format"

// checkSarif holds the document itself against the schema of OASIS, formats included. The Validate of go-sarif does not do: it
// judges what its types make of a document, where a property that there is not is lost, and empty lists appear.
func checkSarif(document []byte) ([]string, error) {
	schema, err := sarifSchema()
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return []string{err.Error()}, nil
	}
	return problemsOf(schema.Validate(value))
}

// sarifSchema compiles the schema that go-sarif carries. It keeps it to itself, as a constant of its Validate. A call of that links
// the constant into this very program, where it can be read.
func sarifSchema() (*jsonschema.Schema, error) {
	if err := sarif.NewReport().Validate(); err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	// The constant above is in this program as well, but ends before a schema has begun.
	for start := bytes.Index(content, []byte(schemaBeginning)); start >= 0; {
		var raw json.RawMessage
		if json.NewDecoder(bytes.NewReader(content[start:])).Decode(&raw) == nil {
			return compileSchema(raw)
		}
		next := bytes.Index(content[start+1:], []byte(schemaBeginning))
		if next < 0 {
			break
		}
		start += 1 + next
	}
	return nil, errors.New("the schema of SARIF is not in this program: go-sarif must have changed")
}

func compileSchema(raw []byte) (*jsonschema.Schema, error) {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	const location = "sarif-schema-2.1.0.json"
	if err := compiler.AddResource(location, parsed); err != nil {
		return nil, err
	}
	return compiler.Compile(location)
}

// problemsOf takes apart what the validator says in one text: a line about the schema, and one for each place in the document.
func problemsOf(err error) ([]string, error) {
	var invalid *jsonschema.ValidationError
	if err == nil || !errors.As(err, &invalid) {
		return nil, err
	}
	return strings.Split(invalid.Error(), "\n")[1:], nil
}
