import type { Cases } from "../support/cases.ts";
import { on } from "../support/on.ts";

const parameters = on("aws:rds/parameterGroup:ParameterGroup");
const clusterParameters = on("aws:rds/clusterParameterGroup:ClusterParameterGroup");
const instance = on("aws:rds/instance:Instance");
const cache = on("aws:elasticache/replicationGroup:ReplicationGroup");
const node = on("aws:elasticache/cluster:Cluster");
const task = on("aws:ecs/taskDefinition:TaskDefinition");
const topic = on("aws:sns/topic:Topic");
const bucket = on("aws:s3/bucket:Bucket");
const listener = on("aws:lb/listener:Listener");
const ingress = on("kubernetes:networking.k8s.io/v1:Ingress");
const distribution = on("aws:cloudfront/distribution:Distribution");
const withoutTls = ["lets clients connect without TLS."];
const strict = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

const denies = (Condition: unknown) =>
  JSON.stringify({ Statement: [{ Effect: "Deny", Principal: "*", Action: "*", Resource: "*", Condition }] });
const plain = { Bool: { "aws:SecureTransport": "false" } };

/** A class whose load balancer has a certificate. */
const ingressClass = [
  {
    type: "kubernetes:networking.k8s.io/v1:IngressClass",
    name: "class",
    props: { metadata: { name: "alb" }, spec: { controller: "eks.amazonaws.com/alb", parameters: { name: "public" } } },
  },
  {
    type: "kubernetes:eks.amazonaws.com/v1:IngressClassParams",
    name: "parameters",
    props: {
      metadata: { name: "public" },
      spec: { certificateARNs: ["arn:aws:acm:us-west-2:123456789012:certificate/1"] },
    },
  },
];
const alb = (annotations: Readonly<Record<string, string>>) => ({
  metadata: {
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value]),
    ),
  },
  spec: { ingressClassName: "alb" },
});
const both = '[{"HTTP":80},{"HTTPS":443}]';

const subscription = on("aws:sns/topicSubscription:TopicSubscription");
export const encryptionInTransitCases: Cases = {
  "database-tls": [
    parameters.accepts("one that says so", {
      family: "postgres14",
      parameters: [{ name: "rds.force_ssl", value: "1" }],
    }),
    parameters.accepts("a version that does by default", { family: "postgres17" }),
    parameters.accepts("an engine of which nothing is known", { family: "oracle-ee-19" }),
    clusterParameters.accepts("MySQL that says so", {
      family: "aurora-mysql8.0",
      parameters: [{ name: "require_secure_transport", value: "ON" }],
    }),
    parameters.refuses("a version that does not by default", { family: "postgres14" }, withoutTls),
    clusterParameters.refuses("Aurora, which is later", { family: "aurora-postgresql16" }, withoutTls),
    parameters.refuses(
      "one that says no",
      { family: "postgres17", parameters: [{ name: "rds.force_ssl", value: "0" }] },
      withoutTls,
    ),
    parameters.refuses("MySQL that says nothing", { family: "mysql8.0" }, withoutTls),
  ],
  "database-certificate": [
    instance.accepts("a current one", { caCertIdentifier: "rds-ca-rsa2048-g1" }),
    instance.accepts("the default", { engine: "postgres" }),
    instance.refuses("one of 2019", { caCertIdentifier: "rds-ca-2019" }, [
      "shows a certificate of rds-ca-2019, which has expired.",
    ]),
  ],
  "cache-tls": [
    cache.accepts("one with TLS", { transitEncryptionEnabled: true, transitEncryptionMode: "required" }),
    cache.accepts("the default mode", { transitEncryptionEnabled: true }),
    node.accepts("a member of a group", { replicationGroupId: "main" }),
    on("aws:memorydb/cluster:Cluster").refuses("MemoryDB that says no", { tlsEnabled: false }, ["speaks without TLS."]),
    cache.refuses("one that says nothing", { engine: "redis" }, ["speaks without TLS."]),
    cache.refuses(
      "one that takes both",
      { transitEncryptionEnabled: true, transitEncryptionMode: "preferred" },
      withoutTls,
    ),
    node.refuses("a node that says nothing", { engine: "memcached" }, ["speaks without TLS."]),
  ],
  "file-system-tls": [
    task.accepts("a mount with TLS", {
      volumes: [{ name: "files", efsVolumeConfiguration: { transitEncryption: "ENABLED" } }],
    }),
    task.accepts("a volume of the task's own", { volumes: [{ name: "tmp" }] }),
    task.refuses(
      "one that says nothing",
      { volumes: [{ name: "files", efsVolumeConfiguration: { fileSystemId: "fs-1" } }] },
      ['mounts "files" without TLS.'],
    ),
  ],
  "requests-over-tls": [
    topic.accepts("one that denies them", { policy: denies(plain) }),
    bucket.accepts(
      "one that denies them in a policy of its own",
      { tags: {} },
      {
        others: [
          {
            type: "aws:s3/bucketPolicy:BucketPolicy",
            name: "policy",
            from: { bucket: ["it"] },
            props: { policy: denies(plain) },
          },
        ],
      },
    ),
    topic.refuses("one without a policy", { name: "alarms" }, ["answers requests without TLS."]),
    topic.refuses(
      "one that denies them to some",
      { policy: denies({ ...plain, StringEquals: { "aws:userid": "x" } }) },
      ["answers requests without TLS."],
    ),
  ],
  "listener-tls": [
    listener.accepts("a strict policy", { protocol: "HTTPS", sslPolicy: strict }),
    listener.accepts("one without TLS, which is plain-http's", { protocol: "HTTP" }),
    listener.refuses("the default", { protocol: "HTTPS" }, ["takes old ciphers, by the default policy."]),
    listener.refuses(
      "one with old ciphers",
      { protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06" },
      ["takes old ciphers, by ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06."],
    ),
  ],
  "ingress-tls": [
    ingress.accepts("one with all of it", alb({ "listen-ports": both, "ssl-policy": strict, "ssl-redirect": "443" }), {
      others: ingressClass,
    }),
    ingress.accepts("one of another controller", { spec: { tls: [{ hosts: ["a.example"] }] } }),
    ingress.refuses("one without a certificate", alb({ "ssl-policy": strict }), ["has no certificate."]),
    ingress.refuses(
      "one that says nothing more",
      alb({ "listen-ports": both }),
      ["answers plain HTTP without a redirect.", "takes old ciphers, by the default policy."],
      { others: ingressClass },
    ),
    ingress.refuses(
      "one on HTTP alone",
      alb({ "listen-ports": '[{"HTTP":80}]', "ssl-policy": strict }),
      ["does not listen on HTTPS.", "answers plain HTTP without a redirect."],
      { others: ingressClass },
    ),
    ingress.refuses(
      "one of another controller that does not redirect",
      {
        metadata: { annotations: { "nginx.ingress.kubernetes.io/ssl-redirect": "false" } },
        spec: { tls: [{ hosts: ["a.example"] }] },
      },
      ["answers plain HTTP without a redirect."],
    ),
  ],
  "distribution-tls": [
    distribution.accepts("one with TLS on both sides", {
      defaultCacheBehavior: { viewerProtocolPolicy: "redirect-to-https" },
      origins: [{ originId: "app", customOriginConfig: { originProtocolPolicy: "https-only" } }, { originId: "files" }],
      viewerCertificate: { minimumProtocolVersion: "TLSv1.2_2021" },
    }),
    distribution.refuses(
      "one with TLS on neither",
      {
        defaultCacheBehavior: { viewerProtocolPolicy: "allow-all" },
        origins: [{ originId: "app", customOriginConfig: { originProtocolPolicy: "http-only" } }],
        viewerCertificate: { cloudfrontDefaultCertificate: true },
      },
      ["takes TLS older than 1.2.", "answers plain HTTP without a redirect.", 'speaks plain HTTP to its origin "app".'],
    ),
  ],
  "message-signatures": [
    topic.accepts("SHA-256", { signatureVersion: 2 }),
    topic.refuses("the default", { name: "alarms" }, ["signs its messages with SHA-1."]),
    topic.refuses("SHA-1", { signatureVersion: 1 }, ["signs its messages with SHA-1."]),
  ],
  "subscription-delivery": [
    subscription.accepts("HTTPS", { protocol: "https", endpoint: "https://hooks.example/x" }),
    subscription.accepts("mail", { protocol: "email", endpoint: "platform@teamflow.app" }),
    subscription.refuses("HTTP", { protocol: "http", endpoint: "http://hooks.example/x" }, [
      "delivers to http://hooks.example/x without encryption.",
    ]),
  ],
};
