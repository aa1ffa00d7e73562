package nodes

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// serveMachine lets a machine answer as kubelets do, and returns its address and the certificate that it lets in.
func serveMachine(t *testing.T, m *machine) (string, tls.Certificate) {
	t.Helper()
	own, err := serverTLS("")
	if err != nil {
		t.Fatal(err)
	}
	authority := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificates[0].Certificate[0]})
	if err := os.WriteFile(authority, text, 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := serverTLS(authority)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(serve(tls.NewListener(listener, config), config.ClientCAs, m.agent))
	return "https://" + listener.Addr().String(), own.Certificates[0]
}

func get(t *testing.T, url string, certificates ...tls.Certificate) (int, string) {
	t.Helper()
	// Of a server that made its certificate itself, as the API server takes it.
	config := &tls.Config{InsecureSkipVerify: true, Certificates: certificates, RootCAs: x509.NewCertPool()}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestLogsAreShownToTheAPIServerOnly(t *testing.T) {
	m := startMachine(t)
	address, known := serveMachine(t, m)
	if err := m.agent.kubelet.containers.say("teamflow", "p", "main", "one\ntwo"); err != nil {
		t.Fatal(err)
	}
	stranger, err := serverTLS("")
	if err != nil {
		t.Fatal(err)
	}
	log := address + "/containerLogs/teamflow/p/main"
	for _, certificates := range [][]tls.Certificate{nil, stranger.Certificates} {
		if status, text := get(t, log, certificates...); status != http.StatusUnauthorized {
			t.Errorf("a stranger reads %d %q", status, text)
		}
	}
	for query, wanted := range map[string]string{"": "one\ntwo\n", "?tailLines=1": "two\n", "?limitBytes=4": "one\n", "?previous=true": ""} {
		if _, text := get(t, log+query, known); text != wanted {
			t.Errorf("%s: %q", query, text)
		}
	}
	if status, _ := get(t, address+"/containerLogs/..%2f..%2fetc/p/main", known); status != http.StatusBadRequest {
		t.Errorf("a path out of the folder is answered by %d", status)
	}
}

func TestALogIsFollowedToTheContainersEnd(t *testing.T) {
	m := startMachine(t)
	address, known := serveMachine(t, m)
	pod := operatorPod("echo one; sleep 0.5; echo two")
	m.bind(pod, "us-west-2a")
	m.await("running", func() bool { return m.pod(pod.Name).Status.Phase == corev1.PodRunning })
	if _, text := get(t, address+"/containerLogs/teamflow/"+pod.Name+"/main?follow=true", known); text != "one\ntwo\n" {
		t.Errorf("followed %q", text)
	}
	m.await("succeeded", func() bool { return m.pod(pod.Name).Status.Phase == corev1.PodSucceeded })
}

func TestMetricsAreOfRunningPodsThatAreAskedFor(t *testing.T) {
	m := startMachine(t)
	address, _ := serveMachine(t, m)
	for _, name := range []string{"a", "b"} {
		m.bind(testPod(func(pod *corev1.Pod) {
			pod.Name, pod.Labels = name, map[string]string{"app": name}
			pod.Spec.Containers[0].Resources.Requests = list("100m", "100Mi")
		}), "us-west-2a")
		m.await("ready", func() bool { return m.isReady(name) })
	}
	var answer struct{ Items []podMetrics }
	m.await("known to the lister", func() bool {
		_, text := get(t, address+metricsPath+"/namespaces/teamflow/pods?labelSelector=app%3Da")
		return json.Unmarshal([]byte(text), &answer) == nil && len(answer.Items) == 1
	})
	if one := answer.Items[0]; one.Name != "a" || one.Containers[0].Usage.Cpu().String() != "15m" {
		t.Errorf("metrics are %v", one)
	}
	if status, _ := get(t, address+metricsPath+"/namespaces/teamflow/pods/c"); status != http.StatusNotFound {
		t.Errorf("a pod that is not there is answered by %d", status)
	}
}
