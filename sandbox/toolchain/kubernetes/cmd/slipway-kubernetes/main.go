// Slipway-kubernetes is the Kubernetes of the sandbox: the real etcd, API server, controllers, scheduler and kubectl, and
// nodes that make pods run, in one program, because they share most of their packages. The first argument says which part
// is meant; what follows are that part's own flags.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	etcd "go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	kubectl "k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"

	"slipway.dev/kubernetes/internal/nodes"
)

// A part gets the whole command line as that of a program of its own: args[0] is its name.
var parts = map[string]func(args []string) int{
	"etcd": func(args []string) int {
		// It ends the process itself.
		etcd.Main(args)
		return 0
	},
	"apiserver":          command(apiserver.NewAPIServerCommand),
	"controller-manager": command(controllers.NewControllerManagerCommand),
	"scheduler":          command(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kubectl": func([]string) int {
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			// Prints the error as kubectl does and ends the process with its exit code.
			util.CheckErr(err)
		}
		return 0
	},
	"nodes": func(args []string) int {
		if err := nodes.Main(args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "nodes:", err)
			return 1
		}
		return 0
	},
}

func command(create func() *cobra.Command) func([]string) int {
	return func([]string) int { return cli.Run(create()) }
}

func main() {
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		fmt.Fprintf(os.Stderr, "usage: %s {%s} [flags]\n", filepath.Base(os.Args[0]), strings.Join(names(), "|"))
		os.Exit(2)
	}
	// The parts read os.Args.
	os.Args = os.Args[1:]
	os.Exit(parts[os.Args[0]](os.Args))
}

func names() []string {
	found := make([]string, 0, len(parts))
	for name := range parts {
		found = append(found, name)
	}
	slices.Sort(found)
	return found
}
