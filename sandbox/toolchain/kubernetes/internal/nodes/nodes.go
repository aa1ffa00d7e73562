// Package nodes plays the kubelets of a cluster of the sandbox.
package nodes

import "errors"

// Main runs the nodes until the process is asked to end.
func Main(args []string) error {
	return errors.New("the nodes are not there yet")
}
