package localaws

import (
	"net/http"
	"os"
	"testing"
	"time"
)

func TestOnlyALocalAWSIsAskedAgainSoon(t *testing.T) {
	for address, wait := range map[string]time.Duration{"http://127.0.0.1:4566": patience, "": time.Minute} {
		t.Setenv("AWS_ENDPOINT_URL", address)
		if got := Wait(time.Minute); got != wait {
			t.Errorf("%q: waits %v", address, got)
		}
		if got := Wait(0); got != 0 {
			t.Errorf("%q: nothing became %v", address, got)
		}
	}
}

func TestOnlyPlainLoopbackAddressesAreLocal(t *testing.T) {
	for address, local := range map[string]bool{
		"http://127.0.0.1:4566":              true,
		"http://127.0.0.1:4566/":             true,
		"http://localhost:4566":              true,
		"http://[::1]:4566":                  true,
		"":                                   false,
		"https://127.0.0.1:4566":             false,
		"http://10.0.0.1:4566":               false,
		"http://127.0.0.1.example.com":       false,
		"http://example.com":                 false,
		"https://s3.us-west-2.amazonaws.com": false,
		"http://%zz":                         false,
	} {
		t.Setenv("AWS_ENDPOINT_URL", address)
		if got := Endpoint(); (got != "") != local || local && got != address {
			t.Errorf("%q gives %q", address, got)
		}
	}
}

func TestAHostWithAnAccountIsLedToTheLocalAWSAndNoOtherIs(t *testing.T) {
	unset(t, "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy")
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
	UseProxy()
	// The standard library reads its proxies once, so this is the only test that may ask it.
	for address, proxied := range map[string]bool{
		"http://000000000000.127.0.0.1:4566/v20180820/tags": true,
		"http://127.0.0.1:4566/":                            false,
		"https://sts.amazonaws.com/":                        false,
	} {
		request, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		proxy, err := http.ProxyFromEnvironment(request)
		if err != nil || (proxy != nil) != proxied {
			t.Errorf("%s goes through %v (%v)", address, proxy, err)
		}
	}
}

func TestAProxyOfTheUsersIsLeftAlone(t *testing.T) {
	for _, variable := range []string{"HTTP_PROXY", "http_proxy"} {
		unset(t, "HTTP_PROXY", "http_proxy")
		t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
		t.Setenv(variable, "http://proxy.example:3128")
		UseProxy()
		if got := os.Getenv(variable); got != "http://proxy.example:3128" {
			t.Errorf("%s became %q", variable, got)
		}
	}
}

func TestWithARealAWSNothingIsProxied(t *testing.T) {
	unset(t, "HTTP_PROXY", "http_proxy")
	t.Setenv("AWS_ENDPOINT_URL", "https://vpce.example.com")
	UseProxy()
	if got := os.Getenv("HTTP_PROXY"); got != "" {
		t.Errorf("HTTP_PROXY became %q", got)
	}
}

// unset takes variables away for the time of a test.
func unset(t *testing.T, variables ...string) {
	t.Helper()
	for _, variable := range variables {
		t.Setenv(variable, "")
		os.Unsetenv(variable)
	}
}
