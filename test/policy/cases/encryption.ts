import type { Cases } from "../support/cases.ts";
import { encryptionAtRestCases } from "./encryption-at-rest.ts";
import { encryptionInTransitCases } from "./encryption-in-transit.ts";

export const encryptionCases: Cases = { ...encryptionAtRestCases, ...encryptionInTransitCases };
