import { describe, expect, it } from 'vitest';
import { connectorRules } from '#lib/hub/connector-rules';

const rule = (field: string, more: object = {}) => ({
  field,
  side_field: field,
  direction: 'both',
  policy: null,
  transform: null,
  ...more,
});
const writable = (mapping: ReturnType<typeof rule>[]) =>
  connectorRules.writableFields('github', 'issues', mapping);

describe('what a service takes, seen through a mapping', () => {
  it('is what the connector writes, under the names and in the directions of the rules', () => {
    expect(connectorRules.writableFields('github', 'issues')).toContain('title');
    expect(writable([rule('title', { direction: 'in' })])).not.toContain('title');
    const moved = [rule('parent', { side_field: 'body' })];
    expect(writable(moved)).toContain('parent');
    expect(writable(moved)).not.toContain('body');
    const none = [rule('title', { direction: 'none' })];
    expect(connectorRules.hasField?.('github', 'issues', 'title', none)).toBe(false);
    expect(connectorRules.hasField?.('github', 'issues', 'title')).toBe(true);
  });

  it('are the values that become one it takes', () => {
    const accepted = (otherwise: 'keep' | 'skip') =>
      connectorRules.acceptedValues('github', 'issues', 'priority', [
        rule('priority', {
          side_field: 'state',
          transform: { type: 'values', pairs: [{ here: 'late', there: 'done' }], otherwise },
        }),
      ]);
    expect(accepted('keep')).toContain('late');
    expect(accepted('keep')).toContain('open');
    expect(accepted('keep')).not.toContain('triage');
    // What has no pair stays here, so nothing of it can be refused there.
    expect(accepted('skip')).toBeNull();
  });
});
