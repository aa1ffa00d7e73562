import assert from "node:assert/strict";
import fc from "fast-check";
import {
  controlPlaneLogGroup,
  managedPolicies,
  planAddOns,
  planAutoMode,
  planEndpoint,
} from "../../components/kubernetes-platform-plan.ts";

describe("components/kubernetes-platform-plan", () => {
  it("turns Auto Mode's three switches on together, and leaves to it what it brings", () => {
    assert.deepEqual(planAutoMode("node-role"), {
      computeConfig: { enabled: true, nodePools: ["general-purpose", "system"], nodeRoleArn: "node-role" },
      storageConfig: { blockStorage: { enabled: true } },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
      bootstrapSelfManagedAddons: false,
    });
  });

  it("answers inside the VPC only, when settings name nobody", () => {
    assert.deepEqual(planEndpoint({ publicEndpointCidrs: [] }), {
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
    });
  });

  it("answers exactly those whom settings name, whatever their order, and always inside the VPC", () => {
    const range = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(255)).map(([a, b]) => `${a}.${b}.0.0/16`);
    fc.assert(
      fc.property(fc.uniqueArray(range, { minLength: 1, maxLength: 8 }), (cidrs) => {
        const plan = planEndpoint({ publicEndpointCidrs: cidrs });
        assert.deepEqual(planEndpoint({ publicEndpointCidrs: [...cidrs].reverse() }), plan);
        assert.ok(plan.endpointPrivateAccess && plan.endpointPublicAccess);
        assert.deepEqual(new Set(plan.publicAccessCidrs), new Set(cidrs));
      }),
    );
  });

  for (const version of ["1.35", "1.36"] as const) {
    it(`pins the version of every add-on for Kubernetes ${version}, and adds nothing that Auto Mode has`, () => {
      const addOns = planAddOns({ version });
      for (const each of addOns) assert.match(each.version, /^v\d+\.\d+\.\d+-eksbuild\.\d+$/, each.name);
      assert.deepEqual(
        addOns.map(({ name }) => name),
        ["aws-secrets-store-csi-driver-provider", "metrics-server"],
      );
    });
  }

  it("has the secrets' driver keep a Secret of Kubernetes, and follow a secret that was rotated", () => {
    const [driver] = planAddOns({ version: "1.36" });
    assert.deepEqual(driver?.configuration, {
      "secrets-store-csi-driver": {
        syncSecret: { enabled: true },
        enableSecretRotation: true,
        rotationPollInterval: "120s",
      },
    });
  });

  it("gives the cluster and its nodes the policies of Auto Mode", () => {
    assert.deepEqual(managedPolicies, {
      cluster: [
        "AmazonEKSBlockStoragePolicy",
        "AmazonEKSClusterPolicy",
        "AmazonEKSComputePolicy",
        "AmazonEKSLoadBalancingPolicy",
        "AmazonEKSNetworkingPolicy",
      ],
      node: ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodeMinimalPolicy"],
    });
  });

  it("knows where EKS writes the control plane's logs", () =>
    assert.equal(controlPlaneLogGroup("teamflow-prod"), "/aws/eks/teamflow-prod/cluster"));
});
