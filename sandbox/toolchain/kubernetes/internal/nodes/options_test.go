package nodes

import (
	"strings"
	"testing"
)

var goodOptions = []string{
	"--kubeconfig=k", "--zones=us-west-2a,us-west-2b", "--cidrs=us-west-2a=10.2.16.0/20,us-west-2b=10.2.32.0/20", "--per-zone=2",
	"--log-directory=logs", `--process-images={"repository":"operator","entrypoint":["node","main.ts"],"directory":"/x"}`,
	`--process-environment={"AWS_ACCESS_KEY_ID":"123456789012"}`,
}

func TestOptionsAreReadFromTheCommandLine(t *testing.T) {
	options, err := ParseOptions(goodOptions)
	if err != nil {
		t.Fatal(err)
	}
	if len(options.Zones) != 2 || options.Zones[1].CIDR.String() != "10.2.32.0/20" || options.Zones[0].Region() != "us-west-2" {
		t.Errorf("zones are %v", options.Zones)
	}
	if options.Images[0].Repository != "operator" || options.Environment["AWS_ACCESS_KEY_ID"] != "123456789012" {
		t.Errorf("images are %v, environment is %v", options.Images, options.Environment)
	}
	if !strings.HasPrefix(options.LogDirectory, "/") {
		t.Errorf("processes would look for logs in %s of their own folder", options.LogDirectory)
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	for _, test := range []struct{ wrong, says string }{
		{"--zones=", "--zones names no zone"},
		{"--zones=us-west-2c", "no range for the zone us-west-2c"},
		{"--zones=us-west-2a,us-west-2a", "is named twice"},
		{"--cidrs=us-west-2a=10.2.16.0/20,us-west-2b=10.2.16.0/24", "overlaps"},
		{"--cidrs=us-west-2a=10.2.16.0/30,us-west-2b=10.2.32.0/20", "too small"},
		{"--cidrs=us-west-2a", "is not zone=CIDR"},
		{"--per-zone=0", "has 1 node at least"},
		{"--kubeconfig=", "--kubeconfig is missing"},
		{"--process-images=7", "--process-images"},
		{`--process-images=[{"repository":"operator"}]`, "without repository or entrypoint"},
		{"--process-environment=[]", "--process-environment"},
		{"--unknown", "flag provided but not defined"},
	} {
		_, err := ParseOptions(append(append([]string{}, goodOptions...), test.wrong))
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v does not say %q", test.wrong, err, test.says)
		}
	}
}
