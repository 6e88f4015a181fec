/** WebAssembly as far as kernels need it: every engine has it, but TypeScript's es2024 does not name it. */

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    private readonly module: true;
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    private constructor();
  }
  class Instance {
    constructor(module: Module, imports?: object);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class RuntimeError extends Error {}
}
