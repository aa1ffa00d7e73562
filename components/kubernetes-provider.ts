import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface KubernetesProviderArgs {
  /** How the cluster is reached; holds no secret (`planKubeconfig`). */
  readonly kubeconfig: pulumi.Input<string>;
  /**
   * What tells this cluster from every other, for its whole life. Another one means another cluster: everything in it is made anew.
   * All else in the kubeconfig may change without that.
   */
  readonly clusterIdentifier: pulumi.Input<string>;
}

/**
 * The connection to a cluster. One for the whole stack, since each is a process of the plugin of its own. Objects are applied by
 * the server, so that it, not this program, says what a preview will change, and so that a field that a controller owns (the
 * replicas that an autoscaler sets) is left to it.
 */
export class KubernetesProvider extends kubernetes.Provider {
  constructor(name: string, args: KubernetesProviderArgs, opts?: pulumi.ResourceOptions) {
    super(
      name,
      {
        ...args,
        enableServerSideApply: true,
        // A ConfigMap has a fixed name here: replacing it would take it from under the pods that read it.
        enableConfigMapMutable: true,
        // What is there already was made by somebody else: an error, not a silent take-over.
        upsertExistingObjects: false,
      },
      opts,
    );
  }
}
