// Package diff says what a change of an object's inputs comes to: which properties differ, and whether the object can
// take the change or must be replaced.
package diff

import "strings"

// Rules are the provider's settings that bear on replacement.
type Rules struct {
	// MutableConfigMaps and MutableSecrets let data change in place.
	MutableConfigMaps, MutableSecrets bool
}

// Immutable are the properties of a kind whose change replaces the object, as paths of keys; "*" is every element of an array.
func (rules Rules) Immutable(group, version, kind string, object map[string]any) [][]string {
	paths := split("metadata.name", "metadata.namespace")
	if group == "core" {
		group = ""
	}
	frozen, _ := object["immutable"].(bool)
	switch group + "/" + kind {
	case "/ConfigMap":
		if !rules.MutableConfigMaps || frozen {
			paths = append(paths, split("binaryData", "data")...)
		}
	case "/Secret":
		paths = append(paths, split("type")...)
		if !rules.MutableSecrets || frozen {
			paths = append(paths, split("stringData", "data")...)
		}
	case "apps/Deployment":
		// The first version of Deployment let its selector change.
		if version != "v1beta1" {
			paths = append(paths, split(immutable["apps/Deployment"]...)...)
		}
	default:
		paths = append(paths, split(immutable[group+"/"+kind]...)...)
	}
	return paths
}

var immutable = map[string][]string{
	"apps/Deployment": {"spec.selector"},
	"apps/DaemonSet":  {"spec.selector"},
	"apps/StatefulSet": {
		"spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates",
	},
	"batch/Job": {"spec.completions", "spec.parallelism", "spec.selector", "spec.template"},
	"/PersistentVolumeClaim": {
		"spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName",
	},
	"/PersistentVolume":                     persistentVolume(),
	"/Pod":                                  pod(),
	"/ResourceQuota":                        {"spec.scopes"},
	"/Service":                              {"spec.clusterIP"},
	"rbac.authorization.k8s.io/RoleBinding": {"roleRef"},
	"rbac.authorization.k8s.io/ClusterRoleBinding": {"roleRef"},
	"storage.k8s.io/StorageClass":                  {"parameters", "provisioner"},
}

func persistentVolume() []string {
	sources := strings.Fields("awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk " +
		"glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume")
	return under("spec.", sources)
}

func pod() []string {
	spec := strings.Fields("affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC " +
		"hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName " +
		"readinessGates restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName " +
		"shareProcessNamespace subdomain terminationGracePeriodSeconds volumes")
	container := strings.Fields("args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources " +
		"securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir")
	paths := under("spec.", spec)
	paths = append(paths, under("spec.containers.*.", container)...)
	return append(paths, under("spec.initContainers.*.", container)...)
}

func under(prefix string, names []string) []string {
	paths := make([]string, len(names))
	for index, name := range names {
		paths[index] = prefix + name
	}
	return paths
}

func split(paths ...string) [][]string {
	parts := make([][]string, len(paths))
	for index, path := range paths {
		parts[index] = strings.Split(path, ".")
	}
	return parts
}
