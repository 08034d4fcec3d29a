import type { JsonObject } from '#lib/core/index';
import { lensOf, readRules } from '#lib/sync/lens/index';
import type { FieldRule } from '#lib/sync/schema';
import type { Bug } from './bugs.ts';
import { mapRows } from './intercept.ts';

/** Every statement that locks links together with the rules they are read by. */
const locksLinks = (text: string) => text.includes('for update of r, l');

const withRules = (change: (rule: FieldRule) => FieldRule): Bug => ({
  db: (living) =>
    mapRows(living, locksLinks, (row) => ({
      ...row,
      rules: row['rules'] ? readRules(row['rules']).map(change) : row['rules'],
    })),
});

/** What the service has is kept as the record has it, and read through the mapping once more. */
const baseInRecordTerms = (): Bug => ({
  db: (living) =>
    mapRows(living, locksLinks, (row) => {
      if (!row['base'] || !row['rules']) return row;
      const lens = lensOf('task', readRules(row['rules']));
      return { ...row, base: lens.observe(row['base'] as JsonObject).fields };
    }),
});

/** What only goes there is taken from there like anything else. */
const outNotEnforced = (): Bug =>
  withRules((rule) => (rule.direction === 'out' ? { ...rule, direction: 'both' } : rule));

/** What is sent passes through the mapping twice. */
const mappedTwice = (): Bug => ({
  api: (living, side) => ({
    ...living,
    update: (ctx, resource, ref, fields, guard) => {
      const { rules } = side.mapping;
      return living.update(ctx, resource, ref, lensOf('task', rules).toSide(fields).fields, guard);
    },
  }),
});

/** Nobody's decision counts. */
const policyIgnored = (): Bug => withRules((rule) => ({ ...rule, policy: null }));

/** Links made by earlier rules are taken for links made by these. */
const rulesNotLookedInto = (): Bug => ({
  db: (living) => mapRows(living, locksLinks, (row) => ({ ...row, lens_version: 1_000 })),
});

export const mappingBugs = {
  baseInRecordTerms,
  outNotEnforced,
  mappedTwice,
  policyIgnored,
  rulesNotLookedInto,
} as const;
