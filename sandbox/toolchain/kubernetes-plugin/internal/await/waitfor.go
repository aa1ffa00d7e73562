package await

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/jsonpath"
)

// parseWaitFor reads the annotation pulumi.com/waitFor: an expression or a JSON array of them, each
// "jsonpath={...}=value" (or without value: any will do) or "condition=Type=Status" (True when not said).
func parseWaitFor(annotation string) (Judge, error) {
	var expressions []string
	if json.Unmarshal([]byte(annotation), &expressions) != nil {
		expressions = []string{annotation}
	}
	if len(expressions) == 0 {
		return nil, errors.New("at least one condition must be specified")
	}
	judges := make([]Judge, len(expressions))
	for index, expression := range expressions {
		var err error
		switch {
		case strings.HasPrefix(expression, "jsonpath="):
			judges[index], err = jsonPathJudge(expression)
		case strings.HasPrefix(expression, "condition="):
			judges[index] = conditionJudge(expression)
		default:
			err = fmt.Errorf(`expected a "jsonpath=" or "condition=" prefix, got %q`, expression)
		}
		if err != nil {
			return nil, err
		}
	}
	return all(judges), nil
}

func all(judges []Judge) Judge {
	return func(ctx context.Context, subject Subject) (Verdict, error) {
		whole := Verdict{Ready: true}
		for _, judge := range judges {
			verdict, err := judge(ctx, subject)
			if err != nil {
				return Verdict{}, err
			}
			whole.Ready = whole.Ready && verdict.Ready
			whole.Status = append(whole.Status, verdict.Status...)
		}
		return whole, nil
	}
}

func conditionJudge(expression string) Judge {
	kind, status, hasStatus := strings.Cut(strings.TrimPrefix(expression, "condition="), "=")
	if !hasStatus {
		status = "True"
	}
	return func(_ context.Context, subject Subject) (Verdict, error) {
		conditions, ok, _ := unstructured.NestedSlice(subject.Live.Object, "status", "conditions")
		if !ok {
			return Verdict{Status: []Message{{Warning, "Has no .status.conditions"}}}, nil
		}
		for _, element := range conditions {
			fields, _ := element.(map[string]any)
			name, _ := fields["type"].(string)
			value, _ := fields["status"].(string)
			if !strings.EqualFold(name, kind) {
				continue
			}
			if seen, ok := observed(subject.Live, fields); ok && seen < subject.Live.GetGeneration() {
				return waiting("Generation %d is less than expected %d", seen, subject.Live.GetGeneration()), nil
			}
			if strings.EqualFold(value, status) {
				return Verdict{Ready: true}, nil
			}
			return waiting("Resource has condition %s=%s (want %s)", kind, value, status), nil
		}
		return waiting("Waiting for condition %s=%s", kind, status), nil
	}
}

func jsonPathJudge(expression string) (Judge, error) {
	path, wanted, hasWanted := strings.Cut(strings.TrimPrefix(expression, "jsonpath="), "}=")
	if hasWanted {
		path += "}"
	}
	parsed := jsonpath.New("waitFor").AllowMissingKeys(true)
	if !strings.HasPrefix(path, "{") {
		path = "{" + path + "}"
	}
	if err := parsed.Parse(path); err != nil {
		return nil, fmt.Errorf("invalid JSONPath in %q: %w", expression, err)
	}
	return func(_ context.Context, subject Subject) (Verdict, error) {
		if seen, ok := observed(subject.Live, nil); ok && seen < subject.Live.GetGeneration() {
			return waiting("Waiting for %s", expression), nil
		}
		var found bytes.Buffer
		if err := parsed.Execute(&found, subject.Live.Object); err != nil {
			return Verdict{}, err
		}
		value := strings.Trim(found.String(), `"`)
		if value != "" && (!hasWanted || value == strings.Trim(wanted, `"'`)) {
			return Verdict{Ready: true, Status: []Message{{Info, "Found " + expression}}}, nil
		}
		if value != "" {
			return waiting("Waiting for %s (found %q)", expression, value), nil
		}
		return waiting("Waiting for %s", expression), nil
	}, nil
}

// observed is the generation that a condition, or else the status, speaks of.
func observed(object *unstructured.Unstructured, condition map[string]any) (int64, bool) {
	if generation, ok, _ := unstructured.NestedInt64(condition, "observedGeneration"); ok {
		return generation, true
	}
	generation, ok, _ := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
	return generation, ok
}
