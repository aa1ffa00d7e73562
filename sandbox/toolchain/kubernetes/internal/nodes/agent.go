package nodes

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
)

// resync is how often nodes are looked at though nothing about them changed.
const resync = 10 * time.Second

// apiServer is how the nodes and their processes reach the API server.
type apiServer struct {
	client  kubernetes.Interface
	dynamic dynamic.Interface
	// address is its URL, ca what its certificate is checked by.
	address string
	ca      []byte
}

// agent is all nodes of one cluster.
type agent struct {
	options   Options
	server    apiServer
	nodes     *nodeKeeper
	kubelet   *kubelet
	faults    *faultSet
	loads     *loadSet
	recorder  record.EventRecorder
	informers informers.SharedInformerFactory
	port      int32
	// look asks for the nodes to be looked at.
	look chan struct{}
}

func newAgent(options Options, server apiServer, port int32, version string, recorder record.EventRecorder) (*agent, error) {
	address, err := url.Parse(server.address)
	if err != nil {
		return nil, fmt.Errorf("the API server's address %q is no URL: %w", server.address, err)
	}
	host, apiPort, err := net.SplitHostPort(address.Host)
	if err != nil {
		return nil, fmt.Errorf("the API server's address %q has no port: %w", server.address, err)
	}
	faults := &faultSet{}
	keeper := newNodeKeeper(server.client, options, faults, port, version)
	files := containerFiles{root: options.LogDirectory}
	accounts := serviceAccounts{client: server.client, root: filepath.Join(options.LogDirectory, ".service-accounts"), ca: server.ca}
	secrets := newSecretsManager(options.Endpoint, options.Environment["AWS_ACCESS_KEY_ID"])
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[string](20*time.Millisecond, 5*time.Second))
	run := &runner{
		images: options.Images, environment: options.Environment, apiHost: host, apiPort: apiPort,
		files: files, accounts: accounts, ended: queue.Add,
	}
	all := informers.NewSharedInformerFactory(server.client, 0)
	return &agent{
		informers: all, port: port,
		options: options, server: server, nodes: keeper, faults: faults, loads: &loadSet{}, recorder: recorder, look: make(chan struct{}, 1),
		kubelet: &kubelet{
			client: server.client, pods: all.Core().V1().Pods().Lister(), nodes: keeper, faults: faults, containers: files, accounts: accounts, runner: run, recorder: recorder,
			volumes: volumes{client: server.client, secrets: &secretsStore{client: server.client, dynamic: server.dynamic, read: secrets.read}},
			now:     time.Now, queue: queue, lives: map[string]*podLife{}, zones: map[string]string{},
		},
	}, nil
}

// newRecorder writes events as kubelets do: told again and again, one counts up.
func newRecorder(client kubernetes.Interface) (record.EventRecorder, func()) {
	broadcaster := record.NewBroadcasterWithCorrelatorOptions(record.CorrelatorOptions{QPS: 1, BurstSize: 100})
	broadcaster.StartRecordingToSink(&typedcore.EventSinkImpl{Interface: client.CoreV1().Events("")})
	return broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "kubelet"}), broadcaster.Shutdown
}

// run plays the nodes until ctx ends; then all processes of pods have ended too.
func (a *agent) run(ctx context.Context, began func()) error {
	if err := a.kubelet.accounts.clear(); err != nil {
		return err
	}
	if err := a.kubelet.containers.prune(time.Now()); err != nil {
		return err
	}
	pods, nodes := a.informers.Core().V1().Pods().Informer(), a.informers.Core().V1().Nodes().Informer()
	if err := a.kubelet.watch(pods); err != nil {
		return err
	}
	if err := a.onEveryChange(nodes); err != nil {
		return err
	}
	// What is to go wrong is known before the first node and pod is looked at.
	if err := a.followWishes(ctx); err != nil {
		return err
	}
	if _, err := a.nodes.reconcile(ctx); err != nil {
		return err
	}
	a.informers.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), pods.HasSynced, nodes.HasSynced) {
		return ctx.Err()
	}
	if err := a.offerMetrics(ctx); err != nil {
		return err
	}
	began()
	var working sync.WaitGroup
	working.Go(func() { a.keepNodes(ctx) })
	working.Go(func() { a.keepLeases(ctx) })
	working.Go(func() { a.kubelet.run(ctx) })
	working.Wait()
	a.kubelet.stopProcesses()
	return nil
}

func (a *agent) keepNodes(ctx context.Context) {
	for {
		wait := resync
		changed, err := a.nodes.reconcile(ctx)
		if err != nil && ctx.Err() == nil {
			warn("%v", err)
			wait = time.Second
		}
		if changed {
			a.kubelet.hurryAll()
		}
		if a.nodes.lacking() {
			wait = min(wait, time.Second)
		}
		select {
		case <-ctx.Done():
			return
		case <-a.look:
		case <-time.After(wait):
		}
	}
}

func (a *agent) keepLeases(ctx context.Context) {
	for {
		if err := a.nodes.renewLeases(ctx); err != nil && ctx.Err() == nil {
			warn("%v", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(renewEvery):
		}
	}
}

func (a *agent) onEveryChange(informer cache.SharedIndexInformer) error {
	look := func(any) { a.lookAtNodes() }
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: look, UpdateFunc: func(_, object any) { look(object) }, DeleteFunc: look,
	})
	return err
}

func (a *agent) lookAtNodes() {
	select {
	case a.look <- struct{}{}:
	default: // asked for already
	}
}

// followWishes follows the ConfigMaps that say what is to go wrong and how busy pods are.
func (a *agent) followWishes(ctx context.Context) error {
	factory := informers.NewSharedInformerFactoryWithOptions(a.server.client, 0, informers.WithNamespace(a.options.FaultsNamespace))
	handle := func(object any, gone bool) {
		if unknown, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = unknown.Obj
		}
		if wish, ok := object.(*corev1.ConfigMap); ok {
			a.heed(wish, gone)
		}
	}
	registration, err := factory.Core().V1().ConfigMaps().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { handle(object, false) },
		UpdateFunc: func(_, object any) { handle(object, false) },
		DeleteFunc: func(object any) { handle(object, true) },
	})
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), registration.HasSynced) {
		return ctx.Err()
	}
	return nil
}

// heed takes over what a ConfigMap wishes. What of it cannot be read is told as an event at the ConfigMap.
func (a *agent) heed(wish *corev1.ConfigMap, gone bool) {
	data := wish.Data
	if gone {
		data = nil
	}
	var errs []error
	switch wish.Name {
	case FaultsName:
		var faults []Fault
		faults, errs = parseFaults(data)
		a.faults.replace(faults)
		a.lookAtNodes()
		a.kubelet.hurryAll()
	case LoadName:
		var loads []Load
		loads, errs = parseLoads(data)
		a.loads.replace(loads)
	}
	for _, err := range errs {
		warn("%s/%s: %v", wish.Namespace, wish.Name, err)
		a.recorder.Event(wish, corev1.EventTypeWarning, "Unreadable", err.Error())
	}
}
