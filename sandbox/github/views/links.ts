/** Where this server's API and pages are: every URL in an answer starts there. */
export class Links {
  /** `http://127.0.0.1:<port>` */
  readonly web: string;
  /** The REST API, as on GitHub Enterprise Server. */
  readonly api: string;

  constructor(origin: string) {
    this.web = origin;
    this.api = `${origin}/api/v3`;
  }
}
