/** The token is of no use; why stands in the message, for the log: whoever shows it is only told that it is refused. */
export class TokenRefused extends Error {}

/** How the answer of GetCallerIdentity is asked for, as a token of EKS says. */
export interface PresignedCall {
  readonly url: URL;
  /** The account's or session's access key. */
  readonly accessKey: string;
}

const prefix = "k8s-aws-v1.";
const longest = 16 * 1024;
/** EKS takes a token for so long after it was signed, whatever it says of its own end (milliseconds). */
const validity = 15 * 60_000;
/** Clocks of two machines differ (milliseconds). */
const skew = 5 * 60_000;

/** Everything that such an address may hold, and must, but for the session's token and the client's name. */
const required = [
  "action",
  "version",
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-signature",
  "x-amz-signedheaders",
];
const allowed = new Set([...required, "x-amz-security-token", "x-amz-user-agent", "x-amz-checksum-mode", "x-id"]);

/**
 * Reads a token of EKS, `k8s-aws-v1.<a presigned address of STS's GetCallerIdentity>`, by the rules of aws-iam-authenticator. Whether
 * the signature is good, and for which cluster, only STS can tell.
 * @param endpoint where STS is: an address of anything else is never called
 * @throws TokenRefused
 */
export function readToken(token: string, endpoint: string, now: number = Date.now()): PresignedCall {
  if (!token.startsWith(prefix) || token.length > longest) throw new TokenRefused("it is no token of EKS");
  const encoded = token.slice(prefix.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) throw new TokenRefused("it is not base64url");
  const text = Buffer.from(encoded, "base64url").toString();
  if (!URL.canParse(text)) throw new TokenRefused("it holds no address");
  const url = new URL(text);
  if (url.origin !== new URL(endpoint).origin || url.pathname !== "/" || url.username || url.hash)
    throw new TokenRefused(`its address is ${url.origin}${url.pathname}, which is not STS's`);
  const query = readQuery(url);
  const get = (name: string) => query.get(name) ?? "";
  if (
    get("action") !== "GetCallerIdentity" ||
    get("version") !== "2011-06-15" ||
    get("x-amz-algorithm") !== "AWS4-HMAC-SHA256"
  )
    throw new TokenRefused("its address asks for something else than the caller's identity");
  if (!get("x-amz-signedheaders").split(";").includes("x-k8s-aws-id"))
    throw new TokenRefused("it is not signed for a cluster");
  checkTime(get("x-amz-date"), get("x-amz-expires"), now);
  const [accessKey = ""] = get("x-amz-credential").split("/");
  if (!/^\w{12,128}$/.test(accessKey)) throw new TokenRefused("it names no access key");
  return { url, accessKey };
}

function readQuery(url: URL): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    const known = name.toLowerCase();
    if (!allowed.has(known)) throw new TokenRefused(`its address has the parameter ${name}`);
    if (query.has(known)) throw new TokenRefused(`its address has ${name} twice`);
    query.set(known, value);
  }
  const missing = required.find((name) => !query.get(name));
  if (missing) throw new TokenRefused(`its address has no ${missing}`);
  return query;
}

function checkTime(date: string, expires: string, now: number): void {
  if (!/^\d{1,3}$/.test(expires) || Number(expires) > 900) throw new TokenRefused(`it is to last ${expires} s`);
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const signed = Date.parse(iso);
  if (iso === date || Number.isNaN(signed)) throw new TokenRefused("it does not say when it was signed");
  if (signed > now + skew) throw new TokenRefused(`it was signed in the future (${date})`);
  if (signed + validity < now) throw new TokenRefused(`it has expired (signed ${date})`);
}
