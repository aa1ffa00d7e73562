import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../delivery/errors.ts";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { Firewall } from "./edge-firewall.ts";
import {
  type EdgeSettings,
  hostsOf,
  issuerRecords,
  type PlannedCertificate,
  planCertificate,
  planIssuers,
  provingDomain,
  resourceName,
} from "./edge-plan.ts";

export interface EdgeArgs extends AwsArgs {
  readonly settings: EdgeSettings;
  /** Encrypts the firewall's log. */
  readonly logKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  /** Whether the zone refuses to be deleted; else it goes with its records. */
  readonly protect: boolean;
  /**
   * Another edge of the stack whose zone and firewall this one shares, as pre-production does with production: hosts, records
   * and certificate are its own, so that another host of the one never touches what the other shows. @default none
   */
  readonly beside?: Edge | undefined;
}

/** What records point at. */
export interface AliasTarget {
  readonly dnsName: pulumi.Input<string>;
  /** The zone of that name. @default that of the region's application load balancers, for one that a controller made */
  readonly zoneId?: pulumi.Input<string> | undefined;
}

/**
 * The minutes in which a certificate must prove itself. A new zone proves nothing before it is delegated: somebody has to do
 * that while `up` waits, after the name servers were told.
 */
const proofMinutes = 45;

/**
 * What the internet sees of a stack: its zone, a certificate for its hosts, their records, and a firewall where settings ask
 * for one.
 */
export class Edge extends AwsComponent<EdgeArgs> {
  readonly zoneId: pulumi.Output<string>;
  /** What the zone above delegates to. */
  readonly nameServers: pulumi.Output<string[]>;
  /** Of a certificate that is validated: a listener can use it at once. */
  readonly certificateArn: pulumi.Output<string>;
  /** For load balancers that somebody else makes, such as an Ingress's; undefined when settings ask for no firewall. */
  readonly firewallArn: pulumi.Output<string> | undefined;
  private readonly firewall: Firewall | undefined;

  constructor(name: string, args: EdgeArgs, opts?: ComponentOptions) {
    super("slipway:index:Edge", name, args, opts);
    const { beside, settings } = args;
    const zone = beside ?? (settings.createZone ? this.createZone() : this.findZone());
    this.zoneId = zone.zoneId;
    this.nameServers = zone.nameServers;
    this.restrictIssuers();
    this.certificateArn = this.createCertificate();
    this.firewall = beside ? beside.firewall : settings.waf ? this.createFirewall() : undefined;
    this.firewallArn = this.firewall?.arn;
    this.registerOutputs({ zoneId: this.zoneId, certificateArn: this.certificateArn });
  }

  /** Points every host at a load balancer, for IPv4 and IPv6. */
  pointTo(target: AliasTarget): this {
    const zoneId =
      target.zoneId ?? aws.lb.getHostedZoneIdOutput({ loadBalancerType: "application" }, { parent: this }).id;
    for (const host of hostsOf(this.args.settings)) {
      for (const type of ["A", "AAAA"]) {
        this.createRecord(`${resourceName(host)}-${type.toLowerCase()}`, host, type, {
          aliases: [{ name: target.dnsName, zoneId, evaluateTargetHealth: true }],
        });
      }
    }
    return this;
  }

  /** Puts the firewall before a load balancer of this stack's; does nothing when settings ask for none. */
  guard(loadBalancerArn: pulumi.Input<string>): this {
    this.firewall?.standBefore(loadBalancerArn);
    return this;
  }

  private createZone() {
    const { protect, settings } = this.args;
    const zone = new aws.route53.Zone(
      this.childName("zone"),
      {
        name: settings.zone,
        comment: "Managed by Pulumi",
        forceDestroy: !protect,
        tags: this.tags(settings.zone),
      },
      { parent: this, protect },
    );
    zone.nameServers.apply((servers) => {
      void pulumi.log.info(
        `The zone ${settings.zone} must be delegated by the zone above it: create there an NS record "${settings.zone}" with ` +
          `${servers.join(", ")}. Until then its certificate cannot be validated (up waits ${proofMinutes} minutes for it) ` +
          "and nobody finds its hosts. If it is delegated already, there is nothing to do.",
        zone,
      );
    });
    return zone;
  }

  private findZone() {
    const { zone } = this.args.settings;
    const found = aws.route53.getZone({ name: zone, privateZone: false }, { parent: this }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new pulumi.RunError(
        new UserError(
          `slipway:edge.zone is "${zone}", but the account has no such public Route 53 zone, or it may not be read: ${reason}\n` +
            "  Create the zone and have it delegated, let this stack create it (slipway:edge.createZone: true), or name another zone.",
        ).message,
      );
    });
    return { zoneId: pulumi.output(found).zoneId, nameServers: pulumi.output(found).nameServers };
  }

  private restrictIssuers(): void {
    // In a zone of the stack's own it is said once, at the top.
    if (this.args.beside && this.args.settings.createZone) return;
    for (const host of planIssuers(this.args.settings)) {
      this.createRecord(`${resourceName(host)}-caa`, host, "CAA", { ttl: 300, records: [...issuerRecords] });
    }
  }

  private createCertificate(): pulumi.Output<string> {
    const [first, ...others] = hostsOf(this.args.settings);
    if (first === undefined) throw new RangeError("The edge has no host."); // the schema requires one
    const plan = planCertificate([first, ...others]);
    const certificate = new aws.acm.Certificate(
      this.childName("certificate"),
      {
        domainName: plan.domainName,
        subjectAlternativeNames: [...plan.subjectAlternativeNames],
        validationMethod: "DNS",
        options: { certificateTransparencyLoggingPreference: "ENABLED" },
        tags: this.tags(plan.domainName),
      },
      // Another host is another certificate: the listener takes it before the old one goes.
      { parent: this },
    );
    return new aws.acm.CertificateValidation(
      this.childName("certificate-validation"),
      { certificateArn: certificate.arn, validationRecordFqdns: this.proveDomains(plan, certificate) },
      { parent: this, customTimeouts: { create: `${proofMinutes}m` } },
    ).certificateArn;
  }

  private proveDomains(plan: PlannedCertificate, certificate: aws.acm.Certificate): pulumi.Output<string>[] {
    return plan.validations.map(({ domain, part }) => {
      const proof = certificate.domainValidationOptions.apply((options) => {
        const option = options.find(({ domainName }) => provingDomain(domainName) === domain);
        if (option) return option;
        throw new pulumi.RunError(`ACM asks for no proof of ${domain}; run up again, it was told of it only now.`);
      });
      return this.createRecord(part, proof.resourceRecordName, proof.resourceRecordType, {
        ttl: 60,
        records: [proof.resourceRecordValue],
        // The record of a domain is the same for all certificates of the account, so the next one may find it there.
        allowOverwrite: true,
      }).fqdn;
    });
  }

  private createFirewall(): Firewall {
    const { context, logKeyArn, logRetentionDays } = this.args;
    return new Firewall(this.childName("firewall"), { context, logKeyArn, logRetentionDays }, { parent: this });
  }

  private createRecord(
    part: string,
    name: pulumi.Input<string>,
    type: pulumi.Input<string>,
    content: Partial<aws.route53.RecordArgs>,
  ): aws.route53.Record {
    return new aws.route53.Record(
      this.childName(part),
      { zoneId: this.zoneId, name, type, ...content },
      { parent: this },
    );
  }
}
