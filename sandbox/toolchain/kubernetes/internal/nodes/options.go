package nodes

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
)

// Options is what the command line says.
type Options struct {
	Kubeconfig string
	Zones      []Zone
	// PerZone is how many nodes each zone has.
	PerZone         int
	FaultsNamespace string
	LogDirectory    string
	// Images are those that processes of this machine stand for.
	Images []ProcessImage
	// Environment is given to every such process.
	Environment map[string]string
	// Endpoint is where AWS is; empty when there is none, and then no secret can be mounted.
	Endpoint string
	// KubeletClientCA signs whom the log server lets in; without it, everybody on this machine.
	KubeletClientCA string
	// Parent is the process without which the nodes end; 0 is nobody.
	Parent int
}

// Zone is an availability zone with the range that its nodes and pods have their addresses from.
type Zone struct {
	Name string
	CIDR netip.Prefix
}

// Region is the zone's name without its letter.
func (z Zone) Region() string {
	return strings.TrimRight(z.Name, "abcdefghijklmnopqrstuvwxyz")
}

// ProcessImage says what runs in the place of a container.
type ProcessImage struct {
	// Repository is the last part of the repository of the images that are meant.
	Repository string   `json:"repository"`
	Entrypoint []string `json:"entrypoint"`
	Directory  string   `json:"directory"`
}

// ParseOptions reads the command line.
func ParseOptions(args []string) (Options, error) {
	var options Options
	var zones, cidrs, images, environment string
	flags := flag.NewFlagSet("nodes", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&options.Kubeconfig, "kubeconfig", "", "`file` that says how to reach the API server")
	flags.StringVar(&zones, "zones", "", "comma-separated availability `zones`")
	flags.StringVar(&cidrs, "cidrs", "", "comma-separated `zone=CIDR`, for every zone")
	flags.IntVar(&options.PerZone, "per-zone", 1, "`number` of nodes in each zone")
	flags.StringVar(&options.FaultsNamespace, "faults-namespace", "kube-system", "`namespace` of slipway-faults and slipway-load")
	flags.StringVar(&options.LogDirectory, "log-directory", "", "`folder` for the output of containers")
	flags.StringVar(&images, "process-images", "null", "`JSON` of the image, or the list of images, that processes stand for")
	flags.StringVar(&environment, "process-environment", "{}", "`JSON` of variables for those processes")
	flags.StringVar(&options.Endpoint, "endpoint", "", "`URL` of AWS")
	flags.StringVar(&options.KubeletClientCA, "kubelet-client-ca", "", "`file` with the CA of whoever may read logs")
	flags.IntVar(&options.Parent, "parent", 0, "end when the process of this `pid` has ended")
	if err := flags.Parse(args); err != nil {
		return Options{}, fmt.Errorf("%w\n%s", err, usage(flags))
	}
	var errs []error
	var err error
	if options.Zones, err = parseZones(zones, cidrs); err != nil {
		errs = append(errs, err)
	}
	if options.Images, err = parseImages(images); err != nil {
		errs = append(errs, err)
	}
	if err := json.Unmarshal([]byte(environment), &options.Environment); err != nil {
		errs = append(errs, fmt.Errorf("--process-environment is no JSON object of texts: %w", err))
	}
	if options.PerZone < 1 {
		errs = append(errs, fmt.Errorf("--per-zone is %d, but a zone has 1 node at least", options.PerZone))
	}
	for name, given := range map[string]string{"--kubeconfig": options.Kubeconfig, "--log-directory": options.LogDirectory} {
		if given == "" {
			errs = append(errs, fmt.Errorf("%s is missing", name))
		}
	}
	// Processes run elsewhere, and are told files in it.
	if options.LogDirectory, err = filepath.Abs(options.LogDirectory); err != nil {
		errs = append(errs, err)
	}
	return options, errors.Join(errs...)
}

func parseZones(zones, cidrs string) ([]Zone, error) {
	ranges := map[string]netip.Prefix{}
	for _, entry := range split(cidrs) {
		zone, text, _ := strings.Cut(entry, "=")
		cidr, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("--cidrs has %q, which is not zone=CIDR: %w", entry, err)
		}
		if !cidr.Addr().Is4() || cidr.Bits() > 28 {
			return nil, fmt.Errorf("--cidrs has %s, which is too small for nodes and pods: give an IPv4 range of /28 or larger", entry)
		}
		ranges[zone] = cidr.Masked()
	}
	var parsed []Zone
	for _, name := range split(zones) {
		cidr, known := ranges[name]
		if !known {
			return nil, fmt.Errorf("--cidrs has no range for the zone %s", name)
		}
		if slices.ContainsFunc(parsed, func(other Zone) bool { return other.Name == name || other.CIDR.Overlaps(cidr) }) {
			return nil, fmt.Errorf("the zone %s is named twice, or its range %s overlaps that of another", name, cidr)
		}
		parsed = append(parsed, Zone{Name: name, CIDR: cidr})
	}
	if len(parsed) == 0 {
		return nil, errors.New("--zones names no zone")
	}
	return parsed, nil
}

// parseImages takes one image or a list of them.
func parseImages(text string) ([]ProcessImage, error) {
	var many []ProcessImage
	if err := json.Unmarshal([]byte(text), &many); err != nil {
		var one ProcessImage
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return nil, fmt.Errorf("--process-images is no JSON of an image or a list of images: %w", err)
		}
		many = []ProcessImage{one}
	}
	for _, image := range many {
		if image.Repository == "" || len(image.Entrypoint) == 0 {
			return nil, errors.New("--process-images has an image without repository or entrypoint")
		}
	}
	return many, nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func usage(flags *flag.FlagSet) string {
	var text strings.Builder
	flags.SetOutput(&text)
	flags.PrintDefaults()
	return text.String()
}
