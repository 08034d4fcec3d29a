import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limitNames, namedLimit } from '#lib/hub/limit-table';

const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
const subjects = {
  address: 'address',
  session: 'session',
  user: 'person',
  workspace: 'workspace',
  source: 'endpoint',
};

describe('the limits on what comes in', () => {
  it.each(limitNames)('%s stands in the README as it is', (name) => {
    const { limit, windowSeconds, per, about, counting, onFault, chosen } = namedLimit(name);
    const pace = `${limit.toLocaleString('en-US')} in ${windowSeconds} s`;
    const way = `${counting}, ${onFault}`;
    const bounds = chosen
      ? `${chosen.least.toLocaleString('en-US')} to ${chosen.most.toLocaleString('en-US')}`
      : 'no';
    const row = `| \`${name}\` | ${about} | ${subjects[per]} | ${pace} | ${way} | ${bounds} |`;
    expect(readme).toContain(row);
  });

  it('close where somebody comes in, and nowhere else', () => {
    const closed = limitNames.filter((name) => namedLimit(name).onFault === 'closed');
    expect(closed).toEqual(['sign-in', 'oauth-callback']);
    expect(closed.every((name) => namedLimit(name).counting === 'asked')).toBe(true);
  });

  it('can be chosen only within bounds that hold the usual one', () => {
    for (const name of limitNames) {
      const { chosen, limit } = namedLimit(name);
      if (!chosen) continue;
      expect(chosen.least).toBeGreaterThan(0);
      expect(chosen.least).toBeLessThanOrEqual(limit);
      expect(chosen.most).toBeGreaterThanOrEqual(limit);
    }
  });
});
