package nodes

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// followEvery is how often a log that is followed is looked at for more.
const followEvery = 100 * time.Millisecond

// serverTLS is a certificate made for this run: the API server does not check it, since nodes join with certificates of their own making.
// With a CA, only who has a certificate of it may read logs.
func serverTLS(clientCA string) (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "slipway-nodes"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}},
	}
	if clientCA == "" {
		return config, nil
	}
	text, err := os.ReadFile(clientCA)
	if err != nil {
		return nil, fmt.Errorf("--kubelet-client-ca: %w", err)
	}
	config.ClientCAs = x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--kubelet-client-ca: %s holds no certificate", clientCA)
	}
	// Asked for, and looked at where it matters: the metrics are asked for without one.
	config.ClientAuth = tls.RequestClientCert
	return config, nil
}

// serve answers the API server's questions to kubelets, and to the metrics API.
func serve(listener net.Listener, clients *x509.CertPool, agent *agent) func() {
	mux := http.NewServeMux()
	logs := http.HandlerFunc(agent.serveLog)
	mux.Handle("GET /containerLogs/{namespace}/{pod}/{container}", onlyKnown(logs, clients))
	agent.addMetrics(mux)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: nil}
	go func() {
		if err := server.Serve(listener); err != nil && err != http.ErrServerClosed {
			warn("the kubelets' server ended: %v", err)
		}
	}()
	return func() { _ = server.Close() }
}

// onlyKnown lets in who has a certificate of one of the authorities, for whatever purpose; without authorities, everybody.
func onlyKnown(handler http.Handler, authorities *x509.CertPool) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if authorities != nil && !known(request.TLS, authorities) {
			http.Error(response, "Unauthorized", http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(response, request)
	})
}

func known(connection *tls.ConnectionState, authorities *x509.CertPool) bool {
	if connection == nil || len(connection.PeerCertificates) == 0 {
		return false
	}
	_, err := connection.PeerCertificates[0].Verify(x509.VerifyOptions{
		Roots: authorities, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err == nil
}

// serveLog is what `kubectl logs` reads. Lines have no times, so that --since and --timestamps change nothing.
func (a *agent) serveLog(response http.ResponseWriter, request *http.Request) {
	namespace, pod, name := request.PathValue("namespace"), request.PathValue("pod"), request.PathValue("container")
	for _, part := range []string{namespace, pod, name} {
		if part != filepath.Base(part) || strings.HasPrefix(part, ".") {
			http.Error(response, "no name of an object", http.StatusBadRequest)
			return
		}
	}
	query := request.URL.Query()
	file, err := os.Open(a.kubelet.containers.log(namespace, pod, name, query.Get("previous") == "true"))
	if os.IsNotExist(err) {
		return // it has said nothing
	}
	if err != nil {
		http.Error(response, err.Error(), http.StatusInternalServerError)
		return
	}
	defer file.Close()
	response.Header().Set("Content-Type", "text/plain")
	var output io.Writer = response
	if limit, err := strconv.ParseInt(query.Get("limitBytes"), 10, 64); err == nil {
		output = &limited{response, limit}
	}
	if count, err := strconv.Atoi(query.Get("tailLines")); err == nil {
		text, err := io.ReadAll(file)
		if err != nil {
			return
		}
		_, _ = output.Write(lastLines(text, count))
	}
	running := func() bool { return query.Get("follow") == "true" && a.kubelet.runs(namespace, pod, name) }
	follow(request.Context(), output, response, file, running)
}

// follow copies what the file has, and goes on while there may be more.
func follow(ctx context.Context, output io.Writer, response http.ResponseWriter, file io.Reader, running func() bool) {
	for {
		more := running() // asked before reading, so that the last lines are not missed
		if _, err := io.Copy(output, file); err != nil {
			return // whoever read is gone, or has enough
		}
		if flusher, ok := response.(http.Flusher); ok {
			flusher.Flush()
		}
		if !more {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(followEvery):
		}
	}
}

// limited ends with an error once so many bytes have been written.
type limited struct {
	writer io.Writer
	left   int64
}

func (l *limited) Write(text []byte) (int, error) {
	cut := text[:min(int64(len(text)), l.left)]
	written, err := l.writer.Write(cut)
	l.left -= int64(written)
	if err == nil && len(cut) < len(text) {
		err = io.ErrShortWrite
	}
	return written, err
}

// runs tells whether the container runs now.
func (k *kubelet) runs(namespace, pod, name string) bool {
	found, err := k.pods.Pods(namespace).Get(pod)
	if err != nil {
		return false
	}
	for _, status := range slices.Concat(found.Status.InitContainerStatuses, found.Status.ContainerStatuses) {
		if status.Name == name {
			return status.State.Running != nil
		}
	}
	return false
}
