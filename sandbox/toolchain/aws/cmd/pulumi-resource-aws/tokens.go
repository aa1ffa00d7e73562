package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// tokensFile lists, by service, Terraform's names and Pulumi's. The build reads its keys as well: no other service of
// the provider is compiled (sandbox/toolchain/aws-sources.ts).
//
//go:embed tokens.json
var tokensFile []byte

// service is what the plugin offers of one service of AWS: Terraform name to module/Name.
type service struct {
	Resources map[string]string `json:"resources"`
	Functions map[string]string `json:"functions"`
}

func readTokens() (map[string]service, error) {
	var services map[string]service
	if err := json.Unmarshal(tokensFile, &services); err != nil {
		return nil, fmt.Errorf("tokens.json: %w", err)
	}
	return services, nil
}

// typeToken makes "aws:ec2/vpc:Vpc" of "ec2/Vpc".
func typeToken(short string) tokens.Type {
	return tokens.Type(token(short))
}

// memberToken makes "aws:ec2/getVpc:getVpc" of "ec2/getVpc".
func memberToken(short string) tokens.ModuleMember {
	return tokens.ModuleMember(token(short))
}

func token(short string) string {
	module, member, _ := strings.Cut(short, "/")
	file := []rune(member)
	file[0] = unicode.ToLower(file[0])
	return fmt.Sprintf("%s:%s/%s:%s", name, module, string(file), member)
}
