import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { UserError } from "../delivery/errors.ts";
import { imagesSection } from "../infra/settings/application-sections.ts";
import type { AwsSettings } from "../infra/settings/on-aws.ts";

const outputs = z.object({ images: imagesSection.prefault({}) });
const released = outputs.extend({ preProduction: outputs.prefault({}) });

/** Which images the last `up` was told to run, by environment. */
export type ReleasedImages = z.output<typeof released>;

/**
 * Reads the stack's own last outputs. A release names images in the settings of its own run only; every other `up` and `preview`
 * finds here what runs, so that a change of a subnet neither takes a version back nor stops a service.
 * @throws UserError when the outputs are none of ours
 */
export async function readReleasedImages(stack: string): Promise<ReleasedImages> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const self = new pulumi.StackReference(`${stack}-released`, { name });
  const [images, preProduction] = await Promise.all(
    ["images", "preProduction"].map(async (output) => (await self.getOutputDetails(output)).value),
  );
  const parsed = released.safeParse({ images: images ?? {}, preProduction: preProduction ?? {} });
  if (parsed.success) return parsed.data;
  throw new UserError(
    `The outputs of ${stack} name images in a form that this version does not know: ${parsed.error.issues[0]?.message}.\n  Name the images in slipway:images for one run of \`up\`.`,
  );
}

/** The settings with the images that run: those that they name themselves, else those that were released before. */
export function withReleasedImages(settings: AwsSettings, before: ReleasedImages): AwsSettings {
  const { images, preProduction } = settings;
  return {
    ...settings,
    images: fill(images, before.images),
    preProduction: preProduction && {
      ...preProduction,
      images: fill(preProduction.images, before.preProduction.images),
    },
  };
}

type Images = AwsSettings["images"];

/** @returns the images with those of `otherwise` where they name none */
export function fill(images: Images, otherwise: Images): Images {
  const { backend = otherwise.backend, frontend = otherwise.frontend, operator = otherwise.operator } = images;
  return { backend, frontend, operator };
}
