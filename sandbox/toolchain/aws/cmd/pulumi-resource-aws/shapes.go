package main

import (
	"fmt"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
)

// shape is one property as a program sees it.
type shape struct {
	// Type is string, boolean, number, asset, or any; of the items where Of says so.
	Type string `json:"type,omitempty"`
	// Of is "list" or "map" when there are several.
	Of    string            `json:"of,omitempty"`
	Items *shape            `json:"items,omitempty"`
	Props map[string]*shape `json:"props,omitempty"`
	// Input says that a program may set it, Output that it may read it.
	Input    bool `json:"input,omitempty"`
	Required bool `json:"required,omitempty"`
	// JSON says that an object is taken as well, and written as text.
	JSON bool `json:"json,omitempty"`
}

// shapes are those of everything that the plugin offers, by token.
type shapes struct {
	Config    map[string]*shape            `json:"config"`
	Resources map[string]map[string]*shape `json:"resources"`
	Functions map[string]map[string]*shape `json:"functions"`
}

func shapesOf(info tfbridge.ProviderInfo) shapes {
	all := shapes{properties(info.P.Schema(), info.Config), map[string]map[string]*shape{}, map[string]map[string]*shape{}}
	for terraform, resource := range info.Resources {
		if found, ok := info.P.ResourcesMap().GetOk(terraform); ok {
			all.Resources[string(resource.Tok)] = properties(found.Schema(), resource.Fields)
		}
	}
	for terraform, function := range info.DataSources {
		if found, ok := info.P.DataSourcesMap().GetOk(terraform); ok {
			all.Functions[string(function.Tok)] = properties(found.Schema(), function.Fields)
		}
	}
	return all
}

func properties(schema shim.SchemaMap, infos fields) map[string]*shape {
	found := map[string]*shape{}
	schema.Range(func(terraform string, property shim.Schema) bool {
		info := infos[terraform]
		if info != nil && info.Omit {
			return true
		}
		made := shapeOf(property, info)
		made.Input = property.Optional() || property.Required()
		made.Required = property.Required()
		found[tfbridge.TerraformToPulumiNameV2(terraform, schema, infos)] = made
		return true
	})
	return found
}

func shapeOf(property shim.Schema, info *tfbridge.SchemaInfo) *shape {
	switch property.Type() {
	case shim.TypeList, shim.TypeSet:
		items := itemShape(property, info)
		if tfbridge.IsMaxItemsOne(property, info) {
			return items
		}
		return &shape{Of: "list", Items: items}
	case shim.TypeMap:
		if nested, ok := property.Elem().(shim.Resource); ok {
			// A single nested block of the framework comes as a map whose element is a resource.
			return &shape{Type: "object", Props: properties(nested.Schema(), fieldsOf(info))}
		}
		return &shape{Of: "map", Items: itemShape(property, info)}
	}
	return scalar(property, info)
}

func itemShape(property shim.Schema, info *tfbridge.SchemaInfo) *shape {
	var elem *tfbridge.SchemaInfo
	if info != nil {
		elem = info.Elem
	}
	switch inner := property.Elem().(type) {
	case shim.Resource:
		return &shape{Type: "object", Props: properties(inner.Schema(), fieldsOf(elem))}
	case shim.Schema:
		return shapeOf(inner, elem)
	case nil:
		return &shape{Type: "string"}
	}
	return &shape{Type: fmt.Sprintf("%T", property.Elem())}
}

func fieldsOf(info *tfbridge.SchemaInfo) fields {
	if info == nil {
		return nil
	}
	return info.Fields
}

func scalar(property shim.Schema, info *tfbridge.SchemaInfo) *shape {
	if info != nil && info.Asset != nil {
		return &shape{Type: "asset"}
	}
	if info != nil && info.Type != "" {
		if info.Type == "integer" {
			return &shape{Type: "number"}
		}
		return &shape{Type: string(info.Type)}
	}
	made := &shape{Type: map[shim.ValueType]string{
		shim.TypeString: "string", shim.TypeBool: "boolean", shim.TypeInt: "number", shim.TypeFloat: "number", shim.TypeDynamic: "any",
	}[property.Type()]}
	made.JSON = info != nil && info.Transform != nil
	return made
}
