// Report-checker holds a policy report against the published schema of its format. It ends with 0 when the document is
// valid, with 1 and the problems on standard output when it is not, and with 2 when it could not look.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
)

// What is wrong with a document, one line each; an error when that cannot be said.
var checks = map[string]func(document []byte) ([]string, error){
	"sarif": checkSarif,
	"oscal": checkOscal,
}

func main() {
	if len(os.Args) != 3 || checks[os.Args[1]] == nil {
		fail(errors.New("usage: report-checker sarif|oscal <file>"))
	}
	document, err := os.ReadFile(os.Args[2])
	if err != nil {
		fail(err)
	}
	problems, err := checks[os.Args[1]](bytes.TrimSpace(document))
	if err != nil {
		fail(err)
	}
	if len(problems) > 0 {
		fmt.Println(strings.Join(problems, "\n"))
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintf(os.Stderr, "report-checker: %v\n", err)
	os.Exit(2)
}
