import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** A certificate authority of a test, in PEM, and how it signs. */
export interface TestAuthority {
  readonly certificate: string;
  /** A server's key and certificate for these host names and IPv4 addresses. */
  issue(...hosts: string[]): { readonly key: string; readonly certificate: string };
}

/** X.509 by hand: Node makes keys and signatures but no certificates, and a committed key would look like a leak. */
export function testAuthority(name = "slipway test"): TestAuthority {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const constraints = extension([0x55, 0x1d, 0x13], sequence(der(0x01, Buffer.from([0xff]))));
  return {
    certificate: certificate({
      issuer: name,
      subject: name,
      key: authority.publicKey,
      signer: authority.privateKey,
      extensions: [constraints],
    }),
    issue: (...hosts) => {
      const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const names = hosts.map((host) =>
        isIP(host) === 4 ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host)),
      );
      const alternativeNames = extension([0x55, 0x1d, 0x11], sequence(...names));
      return {
        key: server.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
        certificate: certificate({
          issuer: name,
          subject: hosts[0] ?? "nobody",
          key: server.publicKey,
          signer: authority.privateKey,
          extensions: [alternativeNames],
        }),
      };
    },
  };
}

interface Contents {
  readonly issuer: string;
  readonly subject: string;
  readonly key: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
}

function certificate({ issuer, subject, key, signer, extensions }: Contents): string {
  const ecdsaWithSha256 = sequence(der(0x06, Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])));
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(time(-1), time(1)),
    commonName(subject),
    key.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", toBeSigned, signer)]));
  const base64 = sequence(toBeSigned, ecdsaWithSha256, signature).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length: size } = content;
  // The shortest form is the only one: programs in Go take no other.
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...contents: Buffer[]) => der(0x30, ...contents);

const commonName = (name: string) =>
  sequence(der(0x31, sequence(der(0x06, Buffer.from([0x55, 0x04, 0x03])), der(0x0c, Buffer.from(name)))));

const extension = (oid: number[], value: Buffer) => sequence(der(0x06, Buffer.from(oid)), der(0x04, value));

function time(days: number): Buffer {
  const text = new Date(Date.now() + days * 86_400_000).toISOString();
  return der(0x17, Buffer.from(`${text.slice(2, 19).replace(/[-:T]/g, "")}Z`));
}
