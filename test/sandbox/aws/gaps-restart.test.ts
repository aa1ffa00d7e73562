import assert from "node:assert/strict";
import {
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  ListTagsForResourceCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { removeRoots } from "../support.ts";
import { type EmulatorUnderTest, startEmulator } from "./emulator-support.ts";

describe("local AWS: what MiniStack forgets when it is started again (sandbox/aws/gaps)", () => {
  let aws: EmulatorUnderTest;

  before(async () => {
    aws = await startEmulator(async () => ({}));
  });
  after(async () => {
    await aws?.stop();
    await removeRoots();
  });

  it("route53_tags: a zone of any account keeps its tags", async () => {
    const route53 = () =>
      new Route53Client({ ...aws.config, credentials: { accessKeyId: "000000000001", secretAccessKey: "sandbox" } });
    const zone = { Name: "a.example", CallerReference: "1" };
    const { HostedZone } = await route53().send(new CreateHostedZoneCommand(zone));
    const key = { ResourceType: "hostedzone" as const, ResourceId: HostedZone?.Id?.split("/").at(-1) };
    const AddTags = [{ Key: "Stack", Value: "prod" }];
    await route53().send(new ChangeTagsForResourceCommand({ ...key, AddTags }));
    await aws.stop();
    aws = await startEmulator(async () => ({}), aws.root);
    const { ResourceTagSet } = await route53().send(new ListTagsForResourceCommand(key));
    assert.deepEqual(ResourceTagSet?.Tags, AddTags);
  });
});
