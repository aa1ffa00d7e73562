// Package nodes plays the nodes of a cluster of the sandbox: what kubelets, the secrets store's CSI driver and the metrics server are in
// a real one. Most pods live in the API only; those of images that processes stand for run on this machine.
package nodes

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// Main runs the nodes until the process is asked to end.
func Main(args []string) error {
	options, err := ParseOptions(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	endWithParent(ctx, options.Parent, stop)
	server, version, err := connect(options.Kubeconfig)
	if err != nil {
		return err
	}
	config, err := serverTLS(options.KubeletClientCA)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	recorder, shutDown := newRecorder(server.client)
	defer shutDown()
	agent, err := newAgent(options, server, int32(port), version, recorder)
	if err != nil {
		return err
	}
	closeServer := serve(tls.NewListener(listener, config), config.ClientCAs, agent)
	defer closeServer()
	return agent.run(ctx, func() { fmt.Println("nodes: ready") })
}

func connect(kubeconfig string) (apiServer, string, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return apiServer{}, "", fmt.Errorf("--kubeconfig: %w", err)
	}
	config.QPS = -1 // the API server is ours alone
	config.UserAgent = "slipway-nodes"
	if err := rest.LoadTLSFiles(config); err != nil {
		return apiServer{}, "", fmt.Errorf("--kubeconfig: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return apiServer{}, "", err
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return apiServer{}, "", err
	}
	version, err := client.Discovery().ServerVersion()
	if err != nil {
		return apiServer{}, "", fmt.Errorf("the API server %s does not answer: %w", config.Host, err)
	}
	return apiServer{client: client, dynamic: objects, address: config.Host, ca: config.CAData}, version.GitVersion, nil
}

// endWithParent ends the nodes when the process that they serve has ended, however that came.
func endWithParent(ctx context.Context, parent int, end func()) {
	if parent == 0 {
		return
	}
	go func() {
		for ctx.Err() == nil && syscall.Kill(parent, 0) != syscall.ESRCH && (parent != startedBy || os.Getppid() == parent) {
			time.Sleep(200 * time.Millisecond)
		}
		end()
	}()
}

// startedBy is read before anything else, so that a parent that dies early is not mistaken for the one that adopts us.
var startedBy = os.Getppid()

func warn(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "nodes: "+format+"\n", values...)
}
