// Package cluster reaches the API server that a provider is configured for.
package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientapi "k8s.io/client-go/tools/clientcmd/api"
)

// Settings say which cluster is meant.
type Settings struct {
	// Kubeconfig is a kubeconfig's content or its file's path; "" means what kubectl would use.
	Kubeconfig                  string
	Context, Cluster, Namespace string
}

// ParseKubeconfig reads a kubeconfig from its content or from the file of that path.
func ParseKubeconfig(pathOrContent string) (*clientapi.Config, error) {
	path := pathOrContent
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(path, "~/") {
		path = filepath.Join(home, path[2:])
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return clientcmd.LoadFromFile(path)
	}
	return clientcmd.Load([]byte(pathOrContent))
}

// ActiveCluster is the cluster that a kubeconfig means with these overrides; nil when it names none.
func ActiveCluster(config *clientapi.Config, context, cluster string) *clientapi.Cluster {
	if config == nil {
		return nil
	}
	if context == "" {
		context = config.CurrentContext
	}
	active := config.Contexts[context]
	if active == nil {
		return nil
	}
	if cluster == "" {
		cluster = active.Cluster
	}
	return config.Clusters[cluster]
}

// load finds the client's settings and the namespace for objects that name none. The error is worded for
// "configured Kubernetes cluster is unreachable: ...".
func (s Settings) load() (*rest.Config, string, error) {
	overrides := &clientcmd.ConfigOverrides{
		Context:        clientapi.Context{Cluster: s.Cluster, Namespace: s.Namespace},
		CurrentContext: s.Context,
	}
	var loader clientcmd.ClientConfig
	if s.Kubeconfig != "" {
		config, err := ParseKubeconfig(s.Kubeconfig)
		if err != nil {
			return nil, s.Namespace, fmt.Errorf("failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- %w", err)
		}
		loader = clientcmd.NewDefaultClientConfig(*config, overrides)
	} else {
		rules := clientcmd.NewDefaultClientConfigLoadingRules()
		rules.DefaultClientConfig = &clientcmd.DefaultClientConfig
		loader = clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		namespace = s.Namespace
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, namespace, fmt.Errorf("unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n"+
			" \t • set up the provider as per https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n %w", err)
	}
	config.Burst, config.QPS = 120, 50
	config.WarningHandler = rest.NoWarnings{}
	config.UserAgent = "slipway-pulumi-kubernetes"
	return config, namespace, nil
}
