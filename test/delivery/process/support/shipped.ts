import { readFileSync } from "node:fs";
import path from "node:path";
import { parseProcess, processFilePath } from "../../../../delivery/process/read.ts";
import { checkoutRoot } from "../../../../sandbox/paths.ts";

const read = (file: string) => readFileSync(path.join(checkoutRoot, file), "utf8");

/** The default process and the second example, as text and as what they say. */
export const defaultText = read(processFilePath);
export const exampleText = read("delivery/process/examples/three-environments.yaml");
export const defaultProcess = parseProcess(defaultText, processFilePath).process;
export const exampleProcess = parseProcess(exampleText, "three-environments.yaml").process;
