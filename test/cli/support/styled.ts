/** Prints a word in green. */
import { styled } from "../../../delivery/cli/terminal.ts";

process.stdout.write(styled("green", "green"));
