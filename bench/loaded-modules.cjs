// Preloaded into every Node of one preview: tells which packages the program's process had loaded when it ended.
const { writeFileSync } = require("node:fs");

if (/[\\/]cmd[\\/]run[\\/]index\.js$/.test(process.argv[1] ?? "")) {
  process.once("exit", () => {
    const compiler = /[\\/](ts-node|ts-node@[^\\/]*)[\\/]/;
    writeFileSync(
      process.env.SLIPWAY_BENCH_MODULES,
      JSON.stringify({
        typescriptAsked: process.env.PULUMI_NODEJS_TYPESCRIPT === "true",
        compilers: Object.keys(require.cache).filter((file) => compiler.test(file)),
      }),
    );
  });
}
