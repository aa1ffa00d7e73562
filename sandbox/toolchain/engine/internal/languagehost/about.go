package languagehost

import (
	"context"
	"os/exec"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"slipway.dev/engine/internal/nodejs"
)

// About serves `pulumi about`. What cannot be found out is left out: about is asked when something is wrong.
func (h *Host) About(ctx context.Context, request *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	options, err := optionsOf(request.GetInfo())
	if err != nil {
		return nil, err
	}
	node, err := nodejs.Find()
	if err != nil {
		return nil, err
	}
	directory := request.GetInfo().GetProgramDirectory()
	metadata := map[string]string{}
	if manager, err := npm.ResolvePackageManager(options.PackageManager, directory); err == nil {
		metadata["packagemanager"] = manager.Name()
		if version, err := manager.Version(); err == nil {
			metadata["packagemanagerVersion"] = version.String()
		}
	}
	if version := output(ctx, directory, node, "-p", `require("typescript/package.json").version`); version != "" {
		metadata["typescriptVersion"] = version
	}
	return &pulumirpc.AboutResponse{
		Executable: node,
		Version:    output(ctx, directory, node, "--version"),
		Metadata:   metadata,
	}, nil
}

// GetProgramDependencies lists the npm packages of a program by its lock file.
func (h *Host) GetProgramDependencies(
	ctx context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	options, err := optionsOf(request.GetInfo())
	if err != nil {
		return nil, err
	}
	directory := request.GetInfo().GetProgramDirectory()
	manager, err := npm.ResolvePackageManager(options.PackageManager, directory)
	if err != nil {
		return nil, err
	}
	packages, err := manager.ListPackages(ctx, directory, request.GetTransitiveDependencies())
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, found := range packages {
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: found.Name, Version: found.Version})
	}
	return response, nil
}

// RuntimeOptionsPrompts asks, in `pulumi new`, for the package manager when the template does not say it.
func (h *Host) RuntimeOptionsPrompts(
	_ context.Context, request *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	if _, said := request.GetInfo().GetOptions().AsMap()["packagemanager"]; said {
		return &pulumirpc.RuntimeOptionsResponse{}, nil
	}
	return &pulumirpc.RuntimeOptionsResponse{Prompts: []*pulumirpc.RuntimeOptionPrompt{{
		Key:         "packagemanager",
		Description: "The package manager to use for installing dependencies",
		PromptType:  pulumirpc.RuntimeOptionPrompt_STRING,
		Choices:     plugin.MakeExecutablePromptChoices("npm", "pnpm", "yarn", "bun"),
		Default: &pulumirpc.RuntimeOptionPrompt_RuntimeOptionValue{
			PromptType: pulumirpc.RuntimeOptionPrompt_STRING, StringValue: "npm",
		},
	}}}, nil
}

// Template has nothing to add to a new project.
func (h *Host) Template(context.Context, *pulumirpc.TemplateRequest) (*pulumirpc.TemplateResponse, error) {
	return &pulumirpc.TemplateResponse{}, nil
}

// output is what a command prints, or nothing when it fails.
func output(ctx context.Context, directory, name string, arguments ...string) string {
	cmd := exec.CommandContext(ctx, name, arguments...)
	cmd.Dir = directory
	printed, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(printed))
}
