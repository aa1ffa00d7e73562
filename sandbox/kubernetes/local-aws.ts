/** Who asks the local AWS, and where. */
export interface LocalAwsPlace {
  /** Of the local AWS. */
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
}

/** What the local AWS refuses, as AWS names it. */
export class LocalAwsError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/**
 * The few operations of EC2 and WAF that a load balancer needs, without their clients, which would be 20 MB more to install. The
 * local AWS looks at a request's account, region and service, and not at its signature.
 */
export class LocalAws {
  private readonly place: LocalAwsPlace;

  constructor(place: LocalAwsPlace) {
    this.place = place;
  }

  /** An operation of EC2. @returns its answer, in XML */
  async ec2(action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...parameters }).toString();
    const type = "application/x-www-form-urlencoded; charset=utf-8";
    const answer = await this.ask("ec2", { "content-type": type }, body);
    const text = await answer.text();
    if (!answer.ok)
      throw new LocalAwsError(oneOf(text, "Code") ?? `HTTP ${answer.status}`, oneOf(text, "Message") ?? text);
    return text;
  }

  /** An operation of WAF. @returns its answer */
  async waf(action: string, content: object): Promise<Record<string, unknown>> {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": `AWSWAF_20190729.${action}` };
    const answer = await this.ask("wafv2", headers, JSON.stringify(content));
    const told = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new LocalAwsError(String(told.__type), String(told.message ?? told.Message));
    return told;
  }

  private ask(service: string, headers: Readonly<Record<string, string>>, body: string): Promise<Response> {
    const { account, endpoint, region } = this.place;
    const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
    const scope = `${account}/${day}/${region}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    return fetch(endpoint, { method: "POST", headers: { ...headers, authorization }, body });
  }
}

/** The text of the first element with a name. */
export function oneOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

/** Each `<item>` that is directly in the named set. */
export function itemsOf(xml: string, set: string): string[] {
  const [, content = ""] = new RegExp(`<${set}>([\\s\\S]*)</${set}>`).exec(xml) ?? [];
  const items: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: tag, index } of content.matchAll(/<\/?item>/g)) {
    if (tag === "<item>" && depth++ === 0) start = index + tag.length;
    if (tag === "</item>" && --depth === 0) items.push(content.slice(start, index));
  }
  return items;
}
