package diff

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Detailed is a difference by property path, as the engine shows it.
type Detailed map[string]*pulumirpc.PropertyDiff

// Compare is the difference between the live object (pruned to what the inputs spoke of) and new inputs. A property
// below one of the immutable paths, or a new one that brings such a path with it, replaces the object.
func Compare(before, after map[string]any, immutable [][]string) Detailed {
	comparison := comparison{immutable: immutable, found: Detailed{}}
	comparison.maps(nil, before, after)
	return comparison.found
}

// Ignore takes the properties at or below the given paths out of a difference.
func (d Detailed) Ignore(paths []string) error {
	for _, text := range paths {
		ignored, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("failed to parse ignore path: %w", err)
		}
		for property := range d {
			path, err := resource.ParsePropertyPath(property)
			if err != nil {
				return fmt.Errorf("failed to parse diff path: %w", err)
			}
			if ignored.Contains(path) {
				delete(d, property)
			}
		}
	}
	return nil
}

// Replaces are the properties whose change replaces the object.
func (d Detailed) Replaces() []string {
	var paths []string
	for path, property := range d {
		switch property.Kind {
		case pulumirpc.PropertyDiff_ADD_REPLACE, pulumirpc.PropertyDiff_DELETE_REPLACE, pulumirpc.PropertyDiff_UPDATE_REPLACE:
			paths = append(paths, path)
		case pulumirpc.PropertyDiff_DELETE:
			// With all metadata goes the name.
			if path == "metadata" {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

type comparison struct {
	immutable [][]string
	found     Detailed
}

// missing marks what is not there at all, as against null.
type missing struct{}

func (c comparison) maps(path []any, before, after map[string]any) {
	for key, value := range after {
		old, ok := before[key]
		if !ok {
			old = missing{}
		}
		c.values(descend(path, key), old, value)
	}
	for key, old := range before {
		if _, ok := after[key]; !ok {
			c.values(descend(path, key), old, missing{})
		}
	}
}

func (c comparison) slices(path []any, before, after []any) {
	for index := range max(len(before), len(after)) {
		var old, value any = missing{}, missing{}
		if index < len(before) {
			old = before[index]
		}
		if index < len(after) {
			value = after[index]
		}
		c.values(descend(path, index), old, value)
	}
}

func (c comparison) values(path []any, before, after any) {
	_, wasMissing := before.(missing)
	_, isMissing := after.(missing)
	_, unknown := after.(resource.Computed)
	switch {
	case (wasMissing || before == nil) && (isMissing || after == nil):
	case isMissing || after == nil:
		c.note(path, pulumirpc.PropertyDiff_DELETE, nil)
	case wasMissing:
		c.note(path, pulumirpc.PropertyDiff_ADD, after)
	case unknown:
		c.note(path, pulumirpc.PropertyDiff_UPDATE, nil)
	default:
		switch value := after.(type) {
		case map[string]any:
			if old, ok := before.(map[string]any); ok {
				c.maps(path, old, value)
				return
			}
		case []any:
			if old, ok := before.([]any); ok {
				c.slices(path, old, value)
				return
			}
		}
		if !same(before, after) {
			c.note(path, pulumirpc.PropertyDiff_UPDATE, after)
		}
	}
}

func (c comparison) note(path []any, kind pulumirpc.PropertyDiff_Kind, value any) {
	input := kind == pulumirpc.PropertyDiff_DELETE
	for _, immutable := range c.immutable {
		if touches(immutable, path, value) {
			kind = map[pulumirpc.PropertyDiff_Kind]pulumirpc.PropertyDiff_Kind{
				pulumirpc.PropertyDiff_ADD:    pulumirpc.PropertyDiff_ADD_REPLACE,
				pulumirpc.PropertyDiff_DELETE: pulumirpc.PropertyDiff_DELETE_REPLACE,
				pulumirpc.PropertyDiff_UPDATE: pulumirpc.PropertyDiff_UPDATE_REPLACE,
			}[kind]
			break
		}
	}
	c.found[text(path)] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: input}
}

// touches says whether a change at path, which brings value with it, is a change of pattern.
func touches(pattern []string, path []any, value any) bool {
	for len(pattern) > 0 && len(path) > 0 {
		key, isKey := path[0].(string)
		if isKey && key != pattern[0] || !isKey && pattern[0] != "*" {
			return false
		}
		pattern, path = pattern[1:], path[1:]
	}
	return len(pattern) == 0 || holds(pattern, value)
}

func holds(pattern []string, value any) bool {
	if len(pattern) == 0 {
		return true
	}
	switch value := value.(type) {
	case map[string]any:
		field, ok := value[pattern[0]]
		return ok && holds(pattern[1:], field)
	case []any:
		for _, element := range value {
			if pattern[0] == "*" && holds(pattern[1:], element) {
				return true
			}
		}
	}
	return false
}

// same compares values that JSON does not: a number from the engine is a float, one from the API server an integer.
func same(a, b any) bool {
	left, leftIsNumber := number(a)
	right, rightIsNumber := number(b)
	if leftIsNumber && rightIsNumber {
		return left == right
	}
	return reflect.DeepEqual(a, b)
}

func number(value any) (float64, bool) {
	switch value := value.(type) {
	case int64:
		return float64(value), true
	case int:
		return float64(value), true
	case float64:
		return value, true
	}
	return 0, false
}

func descend(path []any, step any) []any {
	return append(path[:len(path):len(path)], step)
}

// text writes a path as the engine reads it.
func text(path []any) string {
	var written strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&written, "[%d]", step)
		case string:
			switch {
			case strings.ContainsAny(step, `."[]`):
				fmt.Fprintf(&written, `["%s"]`, strings.ReplaceAll(step, `"`, `\"`))
			case written.Len() > 0:
				written.WriteString("." + step)
			default:
				written.WriteString(step)
			}
		}
	}
	return written.String()
}
