package main

import (
	"net"
	"net/url"
	"os"
)

// loopbackEndpoint is AWS_ENDPOINT_URL when it leads to a local AWS over plain http on a loopback address, else "".
func loopbackEndpoint(getenv func(string) string) string {
	address := getenv("AWS_ENDPOINT_URL")
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "http" {
		return ""
	}
	if ip := net.ParseIP(parsed.Hostname()); parsed.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return ""
	}
	return address
}

// useProxy leads requests whose host has a prefix to the local AWS as well. S3 Control puts the account before the
// host (123456789012.127.0.0.1), which no resolver knows. Go never proxies loopback addresses themselves, so all other
// requests still go straight there.
func useProxy(address string) {
	for _, variable := range []string{"HTTP_PROXY", "http_proxy"} {
		if os.Getenv(variable) != "" {
			return
		}
	}
	os.Setenv("HTTP_PROXY", address)
}
