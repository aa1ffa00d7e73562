import path from "node:path";
import type { Command } from "commander";
import { sandboxStatus } from "../../../sandbox/index.ts";
import { cacheDirectory, checkoutRoot } from "../../../sandbox/paths.ts";
import { goVersion, requireGo } from "../../../sandbox/toolchain/go.ts";
import { binDirectory } from "../../../sandbox/toolchain/links.ts";
import { installedPulumi } from "../../../sandbox/toolchain/on-path.ts";
import { type Part, type PartName, parts, partsFor } from "../../../sandbox/toolchain/parts.ts";
import {
  type BuildNeeds,
  buildNeeds,
  checkRoom,
  measureRoom,
  type Room,
} from "../../../sandbox/toolchain/preflight.ts";
import { inspectToolchain } from "../../../sandbox/toolchain/provide.ts";
import { fetchChecksums } from "../../../sandbox/toolchain/release.ts";
import { UserError } from "../../errors.ts";
import { printJson, seconds, styled, table } from "../terminal.ts";

/** One finding of the examination. */
interface Finding {
  readonly what: string;
  readonly state: "ok" | "missing" | "warning";
  readonly detail: string;
  /** What it takes to get it, for what is missing. */
  readonly cost?: string;
}

/** Adds `doctor`. */
export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .summary("what is there, what is missing, and what each part would cost to get")
    .description(
      "Examine this machine. Nothing is installed or started. Exit 1 when something is missing that `setup` cannot get.",
    )
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      const findings = await examine();
      if (options.json) printJson(findings);
      else {
        const mark = {
          ok: styled("green", "ok"),
          missing: styled("yellow", "missing"),
          warning: styled("red", "problem"),
        };
        process.stdout.write(
          `${table(findings.map(({ what, state, detail, cost }) => [mark[state], what, cost ? `${detail} (${cost})` : detail]))}\n`,
        );
      }
      process.exitCode = findings.some(({ state }) => state === "warning") ? 1 : 0;
    });
}

async function examine(): Promise<Finding[]> {
  const cache = cacheDirectory();
  const [pulumi, go, checksums, room] = [
    await installedPulumi(process.env, binDirectory(checkoutRoot)),
    await goVersion(),
    await fetchChecksums(process.env.SLIPWAY_RELEASES),
    measureRoom(cache),
  ];
  const toolchain = await inspectToolchain(partsFor("eks"), process.env, binDirectory(checkoutRoot));
  const vendor = checksums !== undefined;
  const findings: Finding[] = [
    { what: "Node.js", state: "ok", detail: `${process.versions.node}, ${process.execPath}` },
    pulumi
      ? {
          what: "pulumi on PATH",
          state: pulumi.problem ? "missing" : "ok",
          detail: pulumi.problem ?? `${pulumi.version}, ${pulumi.pulumi}`,
        }
      : { what: "pulumi on PATH", state: "missing", detail: "not installed; Slipway brings its own" },
    {
      what: "vendor's downloads",
      state: vendor ? "ok" : "missing",
      detail: vendor ? "reachable" : "out of reach; what is missing is built from source",
    },
  ];
  const building = new Set<Part["module"]>();
  for (const name of partsFor("eks")) {
    const located = toolchain.get(name);
    if (!located && !vendor) building.add(parts[name].module);
    const when = neededBy(name);
    findings.push(
      located
        ? { what: located.part.title, state: "ok", detail: `${located.origin}, ${located.file}` }
        : {
            what: parts[name].title,
            state: "missing",
            detail: `would be ${vendor ? "downloaded" : "built"}${when}`,
            cost: cost(parts[name], vendor, room),
          },
    );
  }
  if (building.size > 0) findings.push(judge("Go", go ?? "", () => requireGo(go)));
  for (const module of building) {
    const finding = roomFinding(room, cache, buildNeeds[module]);
    // No reason to refuse: a machine that only ever runs local stacks needs room for the engine alone.
    const refuses = module === "engine" || finding.state !== "warning";
    findings.push(refuses ? finding : { ...finding, state: "missing" });
  }
  findings.push({ what: "cache folder", state: "ok", detail: cache }, ...(await backendFindings()));
  for (const part of await sandboxStatus(checkoutRoot)) {
    findings.push({
      what: `sandbox: ${part.name}`,
      state: part.state === "running" ? "ok" : part.state === "stopped" ? "missing" : "warning",
      detail: part.state === "running" ? `127.0.0.1:${part.port ?? ""}` : part.detail || part.state,
      ...(part.state === "stopped" && { cost: "./slipway up starts it" }),
    });
  }
  return findings;
}

/** Which stacks need a part, when not all do. */
function neededBy(name: PartName): string {
  if (partsFor("local").includes(name)) return "";
  return partsFor("ecs").includes(name) ? ", by the first stack on AWS" : ", by the first stack on EKS";
}

/** The bucket that PULUMI_BACKEND_URL names, if it names one; the AWS SDK is loaded only then. */
async function backendFindings(): Promise<Finding[]> {
  const url = process.env.PULUMI_BACKEND_URL;
  if (!url?.startsWith("s3://")) return [];
  const { examineBackend } = await import("../../backend/examine.ts");
  const verdict = await examineBackend(url);
  return verdict ? [{ what: "state backend", state: verdict.good ? "ok" : "warning", detail: verdict.detail }] : [];
}

function roomFinding(room: Room, folder: string, needs: BuildNeeds): Finding {
  const gib = 1024 ** 3;
  return judge(
    `room for ${needs.what}`,
    `${(room.disk / gib).toFixed(0)} GiB free for a build that takes ${needs.disk / gib}, ${(room.memory / gib).toFixed(0)} GiB memory, ${room.cores} cores`,
    () => checkRoom(room, path.resolve(folder), needs),
  );
}

function judge(what: string, detail: string, check: () => void): Finding {
  try {
    check();
    return { what, state: "ok", detail };
  } catch (error) {
    if (error instanceof UserError) return { what, state: "warning", detail: error.message };
    throw error;
  }
}

function cost(part: Part, vendor: boolean, room: Room): string {
  return vendor ? "a download" : `about ${seconds(part.buildSeconds / room.cores)} alone, less together`;
}
