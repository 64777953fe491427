import { execFileSync } from "node:child_process";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** Compiles the store alone, so that a plain Node process can run it. Returns the directory; the caller removes it. */
export function compileStore(): string {
  const build = mkdtempSync(join(tmpdir(), "takopi-store-build-"));
  const options = { noEmit: false, rootDir: root, outDir: build, declaration: false, isolatedDeclarations: false };
  const typeRoots = [join(root, "node_modules/@types")];
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { ...options, typeRoots },
    include: [join(root, "src/store")],
  };
  writeFileSync(join(build, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(build, "package.json"), '{"type":"module"}');
  symlinkSync(join(root, "node_modules"), join(build, "node_modules"));
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", build], { stdio: "inherit" });
  return build;
}
