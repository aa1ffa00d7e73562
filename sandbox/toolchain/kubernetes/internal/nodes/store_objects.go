package nodes

import (
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/yaml"
)

// storeObject is one entry of the parameter objects of AWS's provider.
type storeObject struct {
	ObjectName  string `json:"objectName"`
	ObjectType  string `json:"objectType"`
	ObjectAlias string `json:"objectAlias"`
	JMESPath    []struct {
		Path        string `json:"path"`
		ObjectAlias string `json:"objectAlias"`
	} `json:"jmesPath"`
}

// parseObjects reads the list, which is YAML in a text.
func parseObjects(text string) ([]storeObject, error) {
	var objects []storeObject
	if err := yaml.Unmarshal([]byte(text), &objects); err != nil {
		return nil, fmt.Errorf("failed to load SecretProviderClass: the parameter objects is no list: %w", err)
	}
	if len(objects) == 0 {
		return nil, errors.New("SecretProviderClass has no objects")
	}
	for _, object := range objects {
		kind := object.ObjectType
		switch {
		case object.ObjectName == "":
			return nil, errors.New("object name must be specified")
		case strings.HasPrefix(object.ObjectName, "arn:"):
			kind = strings.Split(object.ObjectName+":::", ":")[2]
		case kind == "":
			return nil, fmt.Errorf("must use objectType when a full ARN is not specified: %s", object.ObjectName)
		}
		if kind != "secretsmanager" {
			return nil, fmt.Errorf("the sandbox reads secrets of secretsmanager only, but %s is of %s", object.ObjectName, kind)
		}
	}
	return objects, nil
}

// fileName is what the object is mounted as, and what secretObjects name it by.
func (o storeObject) fileName() string {
	name := o.ObjectAlias
	if name == "" {
		name = o.ObjectName
	}
	return strings.ReplaceAll(name, "/", "_")
}
