// Package shim reaches the random provider's constructor, which its module keeps in an internal package:
// a package whose import path starts with that module's path may import it.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	impl "github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// NewProvider returns the Terraform random provider.
func NewProvider() provider.Provider { return impl.New() }
