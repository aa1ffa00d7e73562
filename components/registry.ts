import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import { planLifecycle } from "./registry-plan.ts";

export interface RegistryArgs<Image extends string = string> extends AwsArgs {
  /** Encrypts the images; a repository keeps the key that it was created with. */
  readonly keyArn: pulumi.Input<string>;
  /** What has a repository, for example `backend`. */
  readonly images: readonly Image[];
  /** Whether the repositories refuse to be deleted; else they go with their images. */
  readonly protect: boolean;
  /** How many images that were never released are kept. @default 50 */
  readonly builds?: number | undefined;
  readonly transform?: { readonly repository?: Transform<aws.ecr.RepositoryArgs> };
}

/** Where the images of one deployable are. */
export interface Repository {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Without tag and digest. */
  readonly url: pulumi.Output<string>;
}

/**
 * A repository for each image: tags that nobody can move, a scan of each image that comes in, our own key. Nobody outside the account
 * is let in: there is no repository policy. (Continuous scanning is a setting of the account's registry as a whole, so no stack's.)
 */
export class Registry<Image extends string = string> extends AwsComponent<RegistryArgs<Image>> {
  private readonly repositories: ReadonlyMap<Image, Repository>;

  constructor(name: string, args: RegistryArgs<Image>, opts?: ComponentOptions) {
    super("slipway:index:Registry", name, args, opts);
    this.repositories = new Map(args.images.map((image) => [image, this.createRepository(image)]));
    this.registerOutputs({ urls: [...this.repositories.values()].map(({ url }) => url) });
  }

  /** @throws RangeError when the registry was built without that image (a mistake in the program). */
  repository(image: Image): Repository {
    const repository = this.repositories.get(image);
    if (!repository) throw new RangeError(`The registry "${this.name}" has no repository for "${image}".`);
    return repository;
  }

  /** Where each image is pushed to. */
  urls(): Record<Image, pulumi.Output<string>> {
    const urls = [...this.repositories].map(([image, { url }]) => [image, pulumi.output(url)]);
    return Object.fromEntries(urls) as Record<Image, pulumi.Output<string>>;
  }

  /** What a task runs, by digest; undefined when there is no image yet. */
  imageUri(image: Image, digest: string): pulumi.Output<string>;
  imageUri(image: Image, digest: string | undefined): pulumi.Output<string> | undefined;
  imageUri(image: Image, digest: string | undefined): pulumi.Output<string> | undefined {
    const { url } = this.repository(image);
    return digest === undefined ? undefined : pulumi.interpolate`${url}@${digest}`;
  }

  private createRepository(image: Image): Repository {
    const { builds, keyArn, protect, transform } = this.args;
    const physical = this.physicalName("repository", image);
    const [repositoryArgs, repositoryOpts] = applyTransform<aws.ecr.RepositoryArgs>(
      transform?.repository,
      this.childName(image),
      {
        name: physical,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }],
        forceDelete: !protect,
        tags: this.tags(physical),
      },
      { parent: this, protect },
    );
    const repository = new aws.ecr.Repository(this.childName(image), repositoryArgs, repositoryOpts);
    new aws.ecr.LifecyclePolicy(
      this.childName(`${image}-lifecycle`),
      { repository: repository.name, policy: JSON.stringify({ rules: planLifecycle(builds) }) },
      { parent: this },
    );
    return { name: repository.name, arn: repository.arn, url: repository.repositoryUrl };
  }
}
