package nodejs

import (
	"regexp"
	"strconv"
	"strings"
)

// atLeast is the one form of npm's version ranges that can be too old: ">=22", ">= 22.18.0".
var atLeast = regexp.MustCompile(`^>=\s*v?(\d+(?:\.\d+){0,2})$`)

// tooOld tells whether a version lies below a range of the form ">=x.y.z". Any other range is left to npm, which
// knows them all.
func tooOld(version, needs string) bool {
	match := atLeast.FindStringSubmatch(strings.TrimSpace(needs))
	if match == nil {
		return false
	}
	have, want := numbers(version), numbers(match[1])
	for i := range want {
		if have[i] != want[i] {
			return have[i] < want[i]
		}
	}
	return false
}

// numbers splits "24.1.0" in its three numbers; what is missing or no number is 0.
func numbers(version string) (parts [3]int) {
	version, _, _ = strings.Cut(version, "-")
	for i, part := range strings.SplitN(version, ".", 3) {
		parts[i], _ = strconv.Atoi(part)
	}
	return parts
}
