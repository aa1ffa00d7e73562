package nodes

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
)

// pods are looked after by so many at once, each pod by one.
const workers = 8

// kubelet makes the pods of all nodes live.
type kubelet struct {
	client     kubernetes.Interface
	pods       corelisters.PodLister
	nodes      *nodeKeeper
	faults     *faultSet
	volumes    volumes
	containers containerFiles
	accounts   serviceAccounts
	runner     *runner
	recorder   record.EventRecorder
	now        func() time.Time
	queue      workqueue.TypedRateLimitingInterface[string]

	mu    sync.Mutex
	lives map[string]*podLife
	// zones are those of which the lives have their addresses.
	zones map[string]string
}

// watch has every change of a pod looked at.
func (k *kubelet) watch(informer cache.SharedIndexInformer) error {
	add := func(object any) {
		if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object); err == nil {
			k.queue.Add(key)
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: add, UpdateFunc: func(_, object any) { add(object) }, DeleteFunc: add,
	})
	return err
}

// run looks after pods until ctx ends.
func (k *kubelet) run(ctx context.Context) {
	var working sync.WaitGroup
	for range workers {
		working.Go(func() {
			for k.next(ctx) {
			}
		})
	}
	<-ctx.Done()
	k.queue.ShutDown()
	working.Wait()
}

func (k *kubelet) next(ctx context.Context) bool {
	key, shutDown := k.queue.Get()
	if shutDown {
		return false
	}
	defer k.queue.Done(key)
	wake, err := k.sync(ctx, key)
	if err != nil {
		if ctx.Err() == nil && !apierrors.IsConflict(err) {
			warn("pod %s: %v", key, err)
		}
		k.queue.AddRateLimited(key)
		return true
	}
	k.queue.Forget(key)
	if !wake.IsZero() {
		k.queue.AddAfter(key, max(wake.Sub(k.now()), 0))
	}
	return true
}

// hurryAll has every pod looked at anew, whatever it waits for.
func (k *kubelet) hurryAll() {
	pods, err := k.pods.List(labels.Everything())
	if err != nil {
		return // a lister reads memory
	}
	for _, pod := range pods {
		key := pod.Namespace + "/" + pod.Name
		k.mu.Lock()
		if life := k.lives[key]; life != nil {
			life.hurried.Store(true)
		}
		k.mu.Unlock()
		k.queue.Add(key)
	}
}

// sync brings one pod as far as it can be now and tells when to look again.
func (k *kubelet) sync(ctx context.Context, key string) (time.Time, error) {
	namespace, name, err := cache.SplitMetaNamespaceKey(key)
	if err != nil {
		return time.Time{}, nil
	}
	pod, err := k.pods.Pods(namespace).Get(name)
	if apierrors.IsNotFound(err) {
		k.forget(key)
		return time.Time{}, nil
	}
	if err != nil || pod.Spec.NodeName == "" {
		return time.Time{}, err
	}
	node, known := k.nodes.find(pod.Spec.NodeName)
	if !known {
		return k.orphaned(ctx, pod)
	}
	if node.lost {
		return k.unreachable(ctx, pod)
	}
	life := k.life(key, pod, node)
	if life == nil {
		return time.Time{}, nil
	}
	if pod.DeletionTimestamp != nil {
		return k.end(ctx, pod, life, node)
	}
	wake, err := k.live(ctx, pod, life, node)
	if err != nil {
		return time.Time{}, err
	}
	if terminal(life.phase()) {
		k.release(key, life)
	}
	return wake, k.write(ctx, pod, life.status(pod, node.address, k.now()))
}

// life is what is known of the pod; nil when it had ended before we came.
func (k *kubelet) life(key string, pod *corev1.Pod, node keptNode) *podLife {
	k.mu.Lock()
	life := k.lives[key]
	k.mu.Unlock()
	if life != nil && life.uid == pod.UID {
		return life
	}
	if life != nil {
		k.forget(key) // another pod of the same name
	}
	if terminal(pod.Status.Phase) && pod.DeletionTimestamp == nil {
		return nil
	}
	life = newPodLife(pod, k.now(), func(c *container, now time.Time) execution { return k.runner.adopt(pod, c, now) })
	if life.ip != "" && !k.nodes.pools[node.zone].keep(life.ip, key) {
		life.ip = "" // another's by now
	}
	k.mu.Lock()
	k.lives[key], k.zones[key] = life, node.zone
	k.mu.Unlock()
	return life
}

// live lets the pod go on: volumes first, then its network, then its containers.
func (k *kubelet) live(ctx context.Context, pod *corev1.Pod, life *podLife, node keptNode) (time.Time, error) {
	now := k.now()
	life.takeHurry()
	if !life.mounted {
		if now.Before(life.mountAt) {
			return life.mountAt, nil
		}
		if err := k.prepare(ctx, pod, life, node); err != nil {
			life.mountAt = now.Add(pace.mountAgain)
			return life.mountAt, nil
		}
		life.mounted = true
	}
	return life.step(now, pod.Spec.ActiveDeadlineSeconds, func(c *container) surroundings {
		return &podSurroundings{kubelet: k, ctx: ctx, pod: pod, container: c, facts: nodeFacts{hostIP: node.address, podIP: life.ip}}
	}), nil
}

// prepare mounts the volumes and gives the pod an address. What fails is told as an event and tried again.
func (k *kubelet) prepare(ctx context.Context, pod *corev1.Pod, life *podLife, node keptNode) error {
	if err := k.volumes.mount(ctx, pod, Zone{Name: node.zone}.Region()); err != nil {
		k.recorder.Event(pod, corev1.EventTypeWarning, "FailedMount", err.Error())
		return err
	}
	err := error(nil)
	if k.faults.hasPod(Pending, pod) {
		err = fmt.Errorf("%s: the pod was made pending", FaultsName)
	} else if pod.Spec.HostNetwork {
		life.ip = node.address
	} else if life.ip == "" {
		life.ip, err = k.nodes.pools[node.zone].take(pod.Namespace + "/" + pod.Name)
	}
	if err != nil {
		k.recorder.Eventf(pod, corev1.EventTypeWarning, "FailedCreatePodSandBox",
			"Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: %v", err)
	}
	return err
}

// release gives back what a pod that has ended needs no more.
func (k *kubelet) release(key string, life *podLife) {
	k.mu.Lock()
	zone := k.zones[key]
	k.mu.Unlock()
	if pool := k.nodes.pools[zone]; pool != nil {
		pool.giveBack(key)
	}
	if err := k.accounts.remove(life.uid); err != nil {
		warn("pod %s: cannot remove its token: %v", key, err)
	}
}

// forget ends what still runs of a pod that is not there any more.
func (k *kubelet) forget(key string) {
	k.mu.Lock()
	life := k.lives[key]
	delete(k.lives, key)
	k.mu.Unlock()
	if life == nil {
		return
	}
	life.stopAll(k.now(), forgottenGrace)
	k.release(key, life)
	k.mu.Lock()
	delete(k.zones, key)
	k.mu.Unlock()
}

// stopProcesses ends every container, since nobody is left to look after it.
func (k *kubelet) stopProcesses() {
	k.mu.Lock()
	defer k.mu.Unlock()
	until := time.Now().Add(forgottenGrace)
	for _, life := range k.lives {
		life.stopAll(k.now(), forgottenGrace)
	}
	for _, life := range k.lives {
		for life.anyProcess() && time.Now().Before(until) {
			time.Sleep(10 * time.Millisecond)
		}
		life.stopAll(k.now(), 0)
	}
}
