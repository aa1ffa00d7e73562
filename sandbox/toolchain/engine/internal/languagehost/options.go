package languagehost

import (
	"fmt"

	"github.com/google/shlex"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Options is what `runtime.options` of Pulumi.yaml or PulumiPolicy.yaml may say.
type Options struct {
	TypeScript     bool                   // let the SDK transpile with ts-node; default true
	TSConfig       string                 // tsconfig.json for that; default the program's own
	NodeArguments  []string               // `nodeargs`, split as a shell splits
	PackageManager npm.PackageManagerType // default auto: by the lock file
	Production     bool                   // install without devDependencies; default false
}

var packageManagers = map[string]npm.PackageManagerType{
	"auto": npm.AutoPackageManager,
	"npm":  npm.NpmPackageManager,
	"yarn": npm.YarnPackageManager,
	"pnpm": npm.PnpmPackageManager,
	"bun":  npm.BunPackageManager,
}

// optionsOf reads a program's runtime options; unknown ones are left alone, as the engine allows them.
func optionsOf(info *pulumirpc.ProgramInfo) (Options, error) {
	given := info.GetOptions().AsMap()
	options := Options{TypeScript: true, PackageManager: npm.AutoPackageManager}
	var nodeArguments, packageManager string
	for _, err := range []error{
		read(given, "typescript", "true or false", &options.TypeScript),
		read(given, "tsconfig", "a path", &options.TSConfig),
		read(given, "nodeargs", "a string", &nodeArguments),
		read(given, "packagemanager", "a string", &packageManager),
		read(given, "production", "true or false", &options.Production),
	} {
		if err != nil {
			return Options{}, err
		}
	}
	if packageManager != "" {
		manager, known := packageManagers[packageManager]
		if !known {
			return Options{}, fmt.Errorf("runtime option packagemanager must be one of auto, npm, yarn, pnpm or bun, "+
				"but is %q", packageManager)
		}
		options.PackageManager = manager
	}
	arguments, err := shlex.Split(nodeArguments)
	if err != nil {
		return Options{}, fmt.Errorf("runtime option nodeargs cannot be split (%w): %s", err, nodeArguments)
	}
	options.NodeArguments = arguments
	return options, nil
}

func read[T any](given map[string]any, key, kind string, into *T) error {
	value, present := given[key]
	if !present {
		return nil
	}
	typed, ok := value.(T)
	if !ok {
		return fmt.Errorf("runtime option %s must be %s, but is %v", key, kind, value)
	}
	*into = typed
	return nil
}

// environment is what the SDK wants to know of the options.
func (o Options) environment() []string {
	var variables []string
	if o.TypeScript {
		variables = append(variables, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if o.TSConfig != "" {
		variables = append(variables, "PULUMI_NODEJS_TSCONFIG_PATH="+o.TSConfig)
	}
	return variables
}
