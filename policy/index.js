// The policy SDK loads its entry with a TypeScript of 2020; from here on Node reads TypeScript itself.
import "./index.ts";
