import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allScopes, authOf } from '#lib/connectors/protocol/index';
import { connectors } from '#lib/hub/connectors';
import { abilities, abilityStates } from '@/components/connections/ability-states';
import { scopesToAsk } from '../../../lib/connections/scope-abilities.ts';

const scope: fc.Arbitrary<string> = fc.constantFrom('read', 'write', 'hooks', 'user', 'admin');
const scopes = fc.record({
  read: fc.array(scope),
  write: fc.array(scope),
  webhooks: fc.array(scope),
});
const wanted = fc.subarray([...abilities], { minLength: 1 });

describe('the scopes that are asked for', () => {
  it('cover what is wanted and what was asked before, and nothing else', () => {
    fc.assert(
      fc.property(scopes, wanted, fc.array(scope), (by, want, before) => {
        const asked = scopesToAsk(by, want, before);
        const needed = want.flatMap((ability) => by[ability]);
        const known = new Set(allScopes(by));
        expect(new Set(asked).size).toBe(asked.length);
        expect(asked).toEqual(expect.arrayContaining(needed));
        expect(asked).toEqual(expect.arrayContaining(before.filter((one) => known.has(one))));
        for (const one of asked) {
          expect(needed.includes(one) || (before.includes(one) && known.has(one))).toBe(true);
        }
      }),
    );
  });
});

describe('what an access is good for', () => {
  const by = { read: ['repo'], write: ['repo', 'write'], webhooks: [] };
  const of = (asked: string[], granted: string[]) =>
    abilityStates(by, { scopes_asked: asked, scopes_granted: granted });

  it('is told ability by ability', () => {
    expect(of(['repo', 'write'], ['repo', 'write'])).toEqual([
      { ability: 'read', state: 'granted', missing: [] },
      { ability: 'write', state: 'granted', missing: [] },
    ]);
    expect(of(['repo', 'write'], ['repo'])[1]).toEqual({
      ability: 'write',
      state: 'refused',
      missing: ['write'],
    });
    expect(of(['repo'], ['repo'])[1]).toMatchObject({ state: 'not_asked', missing: ['write'] });
    expect(of(['repo'], [])[0]).toMatchObject({ state: 'refused' });
  });

  it('is granted exactly when every scope it needs was', () => {
    fc.assert(
      fc.property(scopes, fc.array(scope), fc.array(scope), (permissions, asked, granted) => {
        const states = abilityStates(permissions, { scopes_asked: asked, scopes_granted: granted });
        for (const { ability, state, missing } of states) {
          const isWhole = permissions[ability].every((one) => granted.includes(one));
          expect(state === 'granted').toBe(isWhole);
          expect(missing.length === 0).toBe(isWhole);
        }
      }),
    );
  });
});

describe('every connector that authorises by OAuth', () => {
  const modes = connectors.list().flatMap(({ manifest }) => {
    const mode = authOf(manifest, 'oauth2');
    return mode ? [[manifest.name, mode] as const] : [];
  });

  it.each(modes)('%s sends S256 and has no other way', (_name, mode) => {
    expect(mode.pkce).toBe('S256');
    // A parameter of the page must not take the place of one of ours.
    const ours = ['state', 'code_challenge', 'code_challenge_method', 'redirect_uri', 'client_id'];
    for (const name of [...ours, 'response_type', 'nonce', 'scope']) {
      expect(Object.keys(mode.authorizeParameters ?? {})).not.toContain(name);
    }
    // Where a form says what the service is, it says the scopes too.
    expect(mode.scopes.read.length > 0).toBe(!mode.byForm);
    expect(scopesToAsk(mode.scopes)).toEqual(allScopes(mode.scopes));
  });
});
