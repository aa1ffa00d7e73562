package nodes

import "strings"

// expand replaces `$(NAME)` by the variable of that name, as Kubernetes does: one that is unknown stays as it is, and `$$` is a `$`.
func expand(text string, variables map[string]string) string {
	var expanded strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		expanded.WriteString(before)
		if !found {
			return expanded.String()
		}
		switch {
		case strings.HasPrefix(after, "$"):
			expanded.WriteByte('$')
			text = after[1:]
		case strings.HasPrefix(after, "(") && strings.Contains(after, ")"):
			name, rest, _ := strings.Cut(after[1:], ")")
			value, known := variables[name]
			if !known {
				value = "$(" + name + ")"
			}
			expanded.WriteString(value)
			text = rest
		default:
			expanded.WriteByte('$')
			text = after
		}
	}
}
