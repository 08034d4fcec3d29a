import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Makes a connector that works against a plain JSON API, to be changed into what the provider has. */
const templates = join(import.meta.dirname, 'new-connector');

export interface NewConnector {
  /** Lower-case letters; the folder, the constant and the name in addresses. */
  name: string;
  /** As people write it. */
  provider: string;
  /** Where the repository is. */
  root: string;
}

/** Writes the files and answers their paths. Refuses to touch what is there. */
export function scaffold({ name, provider, root }: NewConnector): string[] {
  if (!/^[a-z]{2,30}$/.test(name)) throw new Error('A name is 2 to 30 lower-case letters.');
  if (!/^[\p{L}\p{N} .&-]{1,40}$/u.test(provider)) throw new Error('Say the name of the company.');
  const files = readdirSync(templates).map((template) => {
    const file = template.replace(/\.tmpl$/, '');
    const path =
      file === 'test.ts'
        ? `tests/unit/connectors/${name}/${name}.test.ts`
        : `lib/connectors/${name}/${file}`;
    const text = readFileSync(join(templates, template), 'utf8')
      .replaceAll('__name__', name)
      .replaceAll('__Provider__', provider);
    return { path, text };
  });
  const present = files.find(({ path }) => existsSync(join(root, path)));
  if (present) throw new Error(`${present.path} is there already.`);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return files.map(({ path }) => path);
}

function main([
  name = '',
  provider = name.charAt(0).toUpperCase() + name.slice(1),
]: string[]): void {
  const root = join(import.meta.dirname, '..');
  const made = scaffold({ name, provider, root });
  console.log(`${made.join('\n')}

Next:
  1. Make it the provider's: lib/connectors/README.md says how.
  2. lib/hub/connectors.ts and lib/hub/connector-apis.ts: add ${name} and ${name}Api.
  3. A double in lib/sandbox/${name} and tests/contract/connectors/${name}.entry.ts, then npm run conformance.
  4. npx biome check --write lib/connectors/${name} tests/unit/connectors/${name}`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
