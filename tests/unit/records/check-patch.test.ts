import { describe, expect, it } from 'vitest';
import { defaultsOf } from '#lib/kinds/index';
import { checkPatch, diffPatch } from '../../../lib/records/check-patch.ts';

const rules = {
  writableFields: (connector: string) =>
    connector === 'wide' ? ['title', 'state', 'labels'] : ['title'],
  acceptedValues: (_connector: string, _resource: string, field: string) =>
    field === 'state' ? ['open', 'done'] : null,
};
const target = (...connectors: string[]) => ({
  kind: 'task' as const,
  data: defaultsOf('task'),
  links: connectors.map((connector) => ({ connector, resource: 'issues' })),
});

describe('an edit', () => {
  it('may change what a linked service takes, or what none has', () => {
    expect(() =>
      checkPatch(target('wide'), { title: '', labels: ['a'], state: 'done' }, rules),
    ).not.toThrow();
    expect(() => checkPatch(target(), { state: 'in_progress' }, rules)).not.toThrow();
    // One that cannot write it closes nothing; the values of the one that takes it still count.
    expect(() => checkPatch(target('wide', 'narrow'), { labels: ['a'] }, rules)).not.toThrow();
    expect(() => checkPatch(target('wide', 'narrow'), { state: 'cancelled' }, rules)).toThrow(
      expect.objectContaining({ code: 'records.field_invalid' }),
    );
    const apart = { ...rules, hasField: () => false };
    expect(() => checkPatch(target('narrow'), { labels: ['a'] }, apart)).not.toThrow();
  });

  it('names every fault at once', () => {
    const patch = { labels: [], state: 'open', author: null };
    const fields = {
      labels: expect.stringContaining('narrow') as string,
      state: expect.stringContaining('narrow') as string,
      author: expect.any(String) as string,
    };
    expect(() => checkPatch(target('narrow', 'other'), patch, rules)).toThrow(
      expect.objectContaining({ code: 'records.field_read_only', details: { fields } }),
    );
    expect(() => checkPatch(target('wide'), { state: 'cancelled' }, rules)).toThrow(
      expect.objectContaining({ code: 'records.field_invalid' }),
    );
  });
});

describe('a field that takes a few values', () => {
  const ranked = {
    writableFields: () => ['priority', 'state'],
    acceptedValues: (_connector: string, _resource: string, field: string) =>
      field === 'priority' ? ['urgent', 'low'] : ['open'],
  };

  it('may be emptied where it can be empty, and only there', () => {
    const edit = (patch: Parameters<typeof checkPatch>[1]) => () =>
      checkPatch(target('wide'), patch, ranked);
    const refused = expect.objectContaining({ code: 'records.field_invalid' });
    expect(edit({ priority: 'low' })).not.toThrow();
    expect(edit({ priority: null })).not.toThrow();
    expect(edit({ priority: 'tomorrow' })).toThrow(refused);
    expect(edit({ state: null })).toThrow(refused);
  });
});

describe('what an edit changes', () => {
  it('is told in the form that is kept, and only where it differs', () => {
    const data = { ...defaultsOf('task'), title: 'Same', body: 'Text', labels: ['b', 'a'] };
    const patch = {
      title: ' Same ',
      body: 'Text\r\nmore\n',
      labels: ['a', 'b', 'b'],
      assignees: ['z', 'y', 'z'],
    };
    expect(diffPatch('task', data, patch)).toEqual({
      body: ['Text', 'Text\nmore'],
      assignees: [[], ['y', 'z']],
    });
  });
});
