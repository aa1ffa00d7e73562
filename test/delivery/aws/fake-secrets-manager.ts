import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";

interface Secret {
  readonly values: Map<string, string>;
  current?: string;
  deleted?: boolean;
}

/** Secrets Manager's answers over HTTP, as much of it as the domain asks for. */
export interface FakeSecretsManager {
  /** What makes the AWS SDK come here. */
  readonly environment: Record<string, string>;
  /** By ARN; a test may change it behind the program's back. */
  readonly secrets: Map<string, Secret>;
  /** Every operation that was asked for, with the region that its signature names. */
  readonly requests: { readonly operation: string; readonly region: string }[];
  /** Refuses the next requests with this error, until it is set to undefined. */
  refusal: { readonly type: string; readonly message: string } | undefined;
  /** Called before each answer. */
  beforeAnswer: ((operation: string) => Promise<void>) | undefined;
  put(arn: string, value?: string): void;
  stop(): Promise<void>;
}

export async function startFakeSecretsManager(): Promise<FakeSecretsManager> {
  const fake: FakeSecretsManager = {
    environment: {},
    secrets: new Map(),
    requests: [],
    refusal: undefined,
    beforeAnswer: undefined,
    put: (arn, value) => {
      const secret: Secret = { values: new Map() };
      if (value !== undefined) setValue(secret, value);
      fake.secrets.set(arn, secret);
    },
    stop: () => close(server),
  };
  const server = createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).replace("secretsmanager.", "");
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(String(request.headers.authorization))?.[1] ?? "";
    fake.requests.push({ operation, region });
    const input = JSON.parse(await bodyOf(request));
    await fake.beforeAnswer?.(operation);
    const answer = fake.refusal ? failure(fake.refusal.type, fake.refusal.message) : respond(fake, operation, input);
    response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  Object.assign(fake.environment, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${address.port}`,
    AWS_ACCESS_KEY_ID: "000000000000",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "eu-central-1",
    AWS_MAX_ATTEMPTS: "1",
    AWS_EC2_METADATA_DISABLED: "true",
  });
  return fake;
}

function respond(fake: FakeSecretsManager, operation: string, input: Record<string, string>) {
  if (operation === "GetRandomPassword")
    return success({
      RandomPassword: randomBytes(Number(input.PasswordLength)).toString("hex").slice(0, Number(input.PasswordLength)),
    });
  const secret = fake.secrets.get(input.SecretId ?? "");
  if (secret === undefined)
    return failure("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
  switch (operation) {
    case "DescribeSecret":
      return success({
        ...(secret.deleted ? { DeletedDate: 1 } : {}),
        VersionIdsToStages: secret.current === undefined ? {} : { [secret.current]: ["AWSCURRENT"] },
      });
    case "PutSecretValue":
      return success({ VersionId: setValue(secret, String(input.SecretString)) });
    case "GetSecretValue":
      if (secret.deleted) {
        const message = "You can't perform this operation on the secret because it was marked for deletion.";
        return failure("InvalidRequestException", message);
      }
      if (secret.current === undefined)
        return failure(
          "ResourceNotFoundException",
          "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        );
      return success({ SecretString: secret.values.get(secret.current), VersionId: secret.current });
    default:
      return failure("UnknownOperationException", operation);
  }
}

function setValue(secret: Secret, value: string): string {
  secret.current = randomUUID();
  secret.values.set(secret.current, value);
  return secret.current;
}

const success = (body: object) => ({ status: 200, body });
const failure = (type: string, message: string) => ({ status: 400, body: { __type: type, message } });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
