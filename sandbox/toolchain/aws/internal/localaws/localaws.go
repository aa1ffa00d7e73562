// Package localaws knows when the plugin works on a local AWS, and what it needs then.
package localaws

import (
	"net"
	"net/url"
	"os"
	"time"
)

// patience is how long the provider waits between two looks at what a local AWS makes, which has it ready at once.
const patience = 250 * time.Millisecond

// Wait is how long to wait where the provider waits a while for AWS: never long for a local AWS, the same for any other.
func Wait(usual time.Duration) time.Duration {
	if Endpoint() == "" {
		return usual
	}
	return min(usual, patience)
}

// Endpoint is AWS_ENDPOINT_URL when it leads to a local AWS over plain http on a loopback address, else "".
func Endpoint() string {
	address := os.Getenv("AWS_ENDPOINT_URL")
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "http" {
		return ""
	}
	if ip := net.ParseIP(parsed.Hostname()); parsed.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return ""
	}
	return address
}

// UseProxy leads requests whose host has a prefix to the local AWS as well. S3 Control puts the account before the host
// (123456789012.127.0.0.1), which no resolver knows. Go never proxies loopback addresses themselves, so all other
// requests still go straight there. A proxy of the user's is left alone, and so is a real AWS.
func UseProxy() {
	address := Endpoint()
	if address == "" || os.Getenv("HTTP_PROXY") != "" || os.Getenv("http_proxy") != "" {
		return
	}
	os.Setenv("HTTP_PROXY", address)
}
