/** Turns the built page into what the executable carries: each file raw and compressed, and a module that lists them. */
import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, extname, join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TYPES = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
  [".png", "image/png"],
  [".woff2", "font/woff2"],
  [".txt", "text/plain; charset=utf-8"],
]);

/** Vite's own naming: `name-` and eight characters of hash. */
const HASHED = /-[\w-]{8}\.\w+$/;

/** Sizes in bytes, summed over all files: what the build prints. */
export interface EmbeddedSize {
  readonly files: number;
  readonly raw: number;
  readonly brotli: number;
}

/**
 * Reads every file under `dist`, writes the compressed forms to `packed` and the table as a TypeScript module to `module`.
 * Throws when a file's type is unknown: a page that is served wrongly is found here.
 */
export async function embedAssets(dist: string, packed: string, module: string): Promise<EmbeddedSize> {
  await rm(packed, { recursive: true, force: true });
  const imports: string[] = [];
  const rows: string[] = [];
  const size = { files: 0, raw: 0, brotli: 0 };

  const embed = (file: string): string => {
    const name = `f${imports.length}`;
    const path = relative(dirname(module), file).replaceAll("\\", "/");
    imports.push(`import ${name} from ${JSON.stringify(`./${path}`)} with { type: "file" };`);
    return name;
  };

  for (const file of await listFiles(dist)) {
    const bytes = await Bun.file(join(dist, file)).bytes();
    const type = TYPES.get(extname(file));
    if (!type)
      throw new Error(`${join(dist, file)}: add the type of ${extname(file)} files to scripts/assets.ts`);
    const forms = await pack(bytes, join(packed, file));
    const asset = [
      `type: ${JSON.stringify(type)}`,
      `etag: "${new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 20)}"`,
      `immutable: ${HASHED.test(file)}`,
      `raw: ${embed(join(dist, file))}`,
      `br: ${forms && embed(forms.br)}`,
      `gzip: ${forms && embed(forms.gzip)}`,
    ];
    rows.push(`  [${JSON.stringify(`/${file}`)}, { ${asset.join(", ")} }],`);
    size.files += 1;
    size.raw += bytes.length;
    size.brotli += forms?.brotliSize ?? bytes.length;
  }
  await Bun.write(module, renderModule(imports, rows));
  return size;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** Both compressed forms beside each other, or null when they are no smaller than the file. */
async function pack(bytes: Uint8Array, target: string) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const br = brotliCompressSync(bytes, { params });
  const gzip = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  if (br.length >= bytes.length || gzip.length >= bytes.length) return null;
  await mkdir(dirname(target), { recursive: true });
  await Bun.write(`${target}.br`, br);
  await Bun.write(`${target}.gz`, gzip);
  return { br: `${target}.br`, gzip: `${target}.gz`, brotliSize: br.length };
}

function renderModule(imports: string[], rows: string[]): string {
  return [
    "// @ts-nocheck: the imports are files, not modules; assets.generated.d.ts says what this exports.",
    ...imports,
    "",
    "export const assets = new Map([",
    ...rows,
    "]);",
    "",
  ].join("\n");
}
