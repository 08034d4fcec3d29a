/** Loaded before a process of the hub (`--import`): plants the mutant named in the environment. */
import { registerHooks } from 'node:module';
import { type Mutant, mutants } from './mutants.ts';

const name = process.env['PATCHBAY_TEST_MUTANT'] ?? '';
const mutant: Mutant | undefined = Object.entries(mutants).find(([key]) => key === name)?.[1];
if (!mutant) throw new Error(`There is no mutant ${name}`);

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(mutant.file)) return loaded;
    const source =
      typeof loaded.source === 'string'
        ? loaded.source
        : new TextDecoder().decode(loaded.source ?? undefined);
    if (!source.includes(mutant.from)) throw new Error(`${mutant.file} has changed: ${name}`);
    return { ...loaded, source: source.replace(mutant.from, mutant.to) };
  },
});
