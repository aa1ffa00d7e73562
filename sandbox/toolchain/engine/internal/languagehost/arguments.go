package languagehost

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// programArguments is the command line of the SDK's cmd/run, after the module's own path.
func programArguments(engine string, request *pulumirpc.RunRequest) []string {
	var arguments []string
	add := func(name, value string) {
		if value != "" {
			arguments = append(arguments, "--"+name, value)
		}
	}
	add("monitor", request.GetMonitorAddress())
	add("engine", engine)
	add("organization", request.GetOrganization())
	add("project", request.GetProject())
	add("root-directory", request.GetInfo().GetRootDirectory())
	add("stack", request.GetStack())
	add("pwd", request.GetInfo().GetProgramDirectory())
	if request.GetDryRun() {
		arguments = append(arguments, "--dry-run")
	}
	add("parallel", strconv.Itoa(int(request.GetParallel())))
	arguments = append(arguments, request.GetInfo().GetEntryPoint())
	return append(arguments, request.GetArgs()...)
}

// configurationEnvironment hands the stack's configuration to the program. It goes through the environment, which
// only this user can read, because secrets stand in it in plain; which ones they are goes along, so that the SDK
// marks them.
func configurationEnvironment(request *pulumirpc.RunRequest) ([]string, error) {
	values := make(map[string]string, len(request.GetConfig()))
	for key, value := range request.GetConfig() {
		parsed, err := config.ParseKey(key)
		if err != nil {
			return nil, fmt.Errorf("configuration key %q: %w", key, err)
		}
		values[parsed.Namespace()+":config:"+parsed.Name()] = value // the form that every SDK understands
	}
	secrets := request.GetConfigSecretKeys()
	if secrets == nil {
		secrets = []string{} // the SDK wants a list, not null
	}
	return environmentOf("PULUMI_CONFIG", values, "PULUMI_CONFIG_SECRET_KEYS", secrets)
}

// environmentOf renders pairs of name and value as NAME=json.
func environmentOf(pairs ...any) ([]string, error) {
	var variables []string
	for i := 0; i < len(pairs); i += 2 {
		text, err := json.Marshal(pairs[i+1])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pairs[i], err)
		}
		variables = append(variables, fmt.Sprintf("%s=%s", pairs[i], text))
	}
	return variables, nil
}
