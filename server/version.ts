/** Set by `scripts/build.ts` while compiling; not defined when the server runs from source. */
declare const TOLLGATE_VERSION: string | undefined;

/** Whether this is the compiled executable. The bundler decides it, so what only one of the two needs is left out. */
export const COMPILED: boolean = typeof TOLLGATE_VERSION === "string";

/** The version of this executable: package.json's when it was built, `development` when run from source. */
export const VERSION: string = typeof TOLLGATE_VERSION === "string" ? TOLLGATE_VERSION : "development";
