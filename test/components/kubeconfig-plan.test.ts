import assert from "node:assert/strict";
import { KubeConfig } from "@kubernetes/client-node";
import fc from "fast-check";
import { type ClusterAddress, planKubeconfig } from "../../components/kubeconfig-plan.ts";

const cluster: ClusterAddress = {
  name: "teamflow-prod",
  region: "us-west-2",
  endpoint: "https://0A1B.gr7.us-west-2.eks.amazonaws.com",
  certificateAuthority: "UEVN",
};

const read = (address: ClusterAddress) => {
  const config = new KubeConfig();
  config.loadFromString(planKubeconfig(address));
  return config;
};

describe("components/kubeconfig-plan", () => {
  it("leads the Kubernetes client to the cluster and trusts nothing but its authority", () => {
    const found = read(cluster).getCurrentCluster();
    assert.deepEqual(
      { name: found?.name, server: found?.server, caData: found?.caData, skip: found?.skipTLSVerify },
      { name: cluster.name, server: cluster.endpoint, caData: "UEVN", skip: false },
    );
  });

  it("signs in by the AWS command line with whatever identity the user has, and asks nothing", () => {
    const { exec } = read(cluster).getCurrentUser() ?? {};
    assert.deepEqual(exec, {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "aws",
      args: ["eks", "get-token", "--cluster-name", "teamflow-prod", "--region", "us-west-2", "--output", "json"],
      env: null,
      interactiveMode: "Never",
      provideClusterInfo: false,
    });
  });

  it("holds no token, password or key, and is the same text every time", () => {
    const text = planKubeconfig(cluster);
    assert.equal(planKubeconfig({ ...cluster }), text);
    assert.doesNotMatch(text, /"(token|password|client-key-data|client-certificate-data)"/);
  });

  it("is read back as it was meant, for any cluster", () => {
    const address = fc.record({
      name: fc.stringMatching(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/),
      region: fc.constantFrom("us-west-2", "eu-central-1", "us-gov-west-1"),
      endpoint: fc.domain().map((host) => `https://${host}`),
      certificateAuthority: fc.base64String({ minLength: 4 }),
    });
    fc.assert(
      fc.property(address, (given) => {
        const config = read(given);
        assert.equal(config.getCurrentCluster()?.server, given.endpoint);
        assert.equal(config.getCurrentCluster()?.caData, given.certificateAuthority);
        assert.deepEqual(config.getCurrentUser()?.exec.args[3], given.name);
      }),
    );
  });
});
