package languagehost

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"slipway.dev/engine/internal/process"
)

// runPolicyPack runs a policy pack behind a proxy. A pack reads the stack it judges from its environment, but the
// engine tells the stack only to a plugin that already runs: so the SDK's proxy answers first, and the pack is
// started once the stack is known.
func runPolicyPack(ctx context.Context, cmd *exec.Cmd, attach attachment, stdout io.Writer) error {
	proxy, output, err := sdk.NewPolicyProxy(ctx, stdout)
	if err != nil {
		return fmt.Errorf("policy pack: %w", err)
	}
	cmd.Stdout = output
	stack, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return fmt.Errorf("the engine did not tell the policy pack its stack: %w", err)
	}
	variables, err := policyEnvironment(stack)
	if err != nil {
		return err
	}
	cmd.Env = append(cmd.Env, variables...)
	if err := process.Start(cmd); err != nil {
		return err
	}
	if err := attach(ctx, cmd); err != nil {
		_ = cmd.Cancel()
		_ = cmd.Wait()
		return err
	}
	return proxy.Attach(ctx, cmd) // waits for the pack's end
}

// policyEnvironment tells a pack which stack it judges; nil, as for `pulumi policy publish`, tells nothing.
func policyEnvironment(stack *pulumirpc.AnalyzerStackConfigureRequest) ([]string, error) {
	if stack == nil {
		return nil, nil
	}
	variables := []string{"PULUMI_NODEJS_DRY_RUN=" + strconv.FormatBool(stack.GetDryRun())}
	for name, value := range map[string]string{
		"PULUMI_NODEJS_ORGANIZATION": stack.GetOrganization(),
		"PULUMI_NODEJS_PROJECT":      stack.GetProject(),
		"PULUMI_NODEJS_STACK":        stack.GetStack(),
	} {
		if value != "" {
			variables = append(variables, name+"="+value)
		}
	}
	if stack.GetConfig() == nil {
		return variables, nil
	}
	configuration, err := environmentOf("PULUMI_CONFIG", stack.GetConfig())
	return append(variables, configuration...), err
}
