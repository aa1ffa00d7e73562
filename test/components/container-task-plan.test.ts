import assert from "node:assert/strict";
import fc from "fast-check";
import {
  accountOf,
  type ContainerWish,
  containerDefinitions,
  imageToCome,
  planTaskShape,
  regionOf,
  secretOf,
} from "../../components/container-task-plan.ts";

const wish: ContainerWish = {
  name: "backend",
  image: "registry/teamflow/staging/backend@sha256:abc",
  port: 8000,
  environment: { LOG_LEVEL: "info", ENVIRONMENT: "staging" },
  secrets: { SECRET_KEY: "arn:aws:secretsmanager:us-west-2:123456789012:secret:teamflow/staging/secret-key-AbCdEf" },
  logGroupArn: "arn:aws:logs:us-west-2:123456789012:log-group:/teamflow/staging/backend",
  writablePaths: ["/tmp"],
};

const definitionOf = (changes: Partial<ContainerWish> = {}) => {
  const [container] = JSON.parse(containerDefinitions({ ...wish, ...changes })) as Record<string, unknown>[];
  return container ?? {};
};

describe("the plan of a task", () => {
  it("runs without root, on a file system that cannot be written to but where it says", () => {
    const { linuxParameters, mountPoints, readonlyRootFilesystem, user } = definitionOf();
    assert.deepEqual(
      { linuxParameters, mountPoints, readonlyRootFilesystem, user },
      {
        linuxParameters: { initProcessEnabled: true },
        mountPoints: [{ sourceVolume: "tmp", containerPath: "/tmp", readOnly: false }],
        readonlyRootFilesystem: true,
        user: "10001:10001",
      },
    );
    assert.deepEqual(planTaskShape("size", { cpu: 256, memoryMiB: 512 }, ["/tmp", "/app/uploads"]), {
      cpu: "256",
      memory: "512",
      volumes: [{ name: "app-uploads" }, { name: "tmp" }],
    });
  });

  it("writes its log to its own group, and goes on when the log is slow", () => {
    assert.deepEqual(definitionOf().logConfiguration, {
      logDriver: "awslogs",
      options: {
        "awslogs-group": "/teamflow/staging/backend",
        "awslogs-region": "us-west-2",
        "awslogs-stream-prefix": "ecs",
        mode: "non-blocking",
        "max-buffer-size": "25m",
      },
    });
  });

  it("names secrets by ARN and never among the plain values", () => {
    const { environment, secrets } = definitionOf();
    assert.deepEqual(environment, [
      { name: "ENVIRONMENT", value: "staging" },
      { name: "LOG_LEVEL", value: "info" },
    ]);
    assert.deepEqual(secrets, [{ name: "SECRET_KEY", valueFrom: wish.secrets.SECRET_KEY }]);
  });

  it("has no port when nothing listens, and no health command when nobody asks inside", () => {
    assert.deepEqual(Object.keys(definitionOf({ port: undefined })).includes("portMappings"), false);
    assert.equal(definitionOf().healthCheck, undefined);
    assert.deepEqual(definitionOf({ healthCommand: ["CMD", "true"] }).healthCheck, {
      command: ["CMD", "true"],
      interval: 30,
      timeout: 5,
      retries: 3,
      startPeriod: 60,
    });
  });

  it("is the same text whatever the order of variables, so that no revision is made for nothing", () => {
    const variables = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), fc.string());
    fc.assert(
      fc.property(variables, variables, (environment, secrets) => {
        fc.pre(!Object.keys(environment).some((key) => key in secrets));
        const backwards = (values: Record<string, string>) => Object.fromEntries(Object.entries(values).reverse());
        assert.equal(
          containerDefinitions({ ...wish, environment, secrets }),
          containerDefinitions({ ...wish, environment: backwards(environment), secrets: backwards(secrets) }),
        );
      }),
    );
  });

  it("refuses a variable that is plain and secret at once", () => {
    assert.throws(() => containerDefinitions({ ...wish, environment: { SECRET_KEY: "x" } }), {
      name: "UserError",
      message:
        'The variable SECRET_KEY of the task "backend" is given both as a plain value and as a secret.\n  Give it once.',
    });
  });

  it("refuses a size that Fargate does not offer, before AWS would", () => {
    assert.throws(() => planTaskShape("slipway:services.backend.fargate", { cpu: 256, memoryMiB: 4096 }, []), {
      name: "UserError",
      message:
        "slipway:services.backend.fargate.memoryMiB is 4096, which Fargate does not offer with 256 CPU units.\n" +
        "  Set it to 512, or to a multiple of 1024 up to 2048.",
    });
  });

  it("stands by digest even while there is no image", () => {
    assert.match(imageToCome("registry/backend"), /^registry\/backend@sha256:0{64}$/);
  });

  it("reads region, account and secret from ARNs", () => {
    const reference = `${wish.secrets.SECRET_KEY}:password::`;
    assert.equal(secretOf(reference), wish.secrets.SECRET_KEY);
    assert.equal(secretOf(wish.secrets.SECRET_KEY ?? ""), wish.secrets.SECRET_KEY);
    assert.equal(regionOf(wish.logGroupArn), "us-west-2");
    assert.equal(accountOf(wish.logGroupArn), "123456789012");
  });
});
