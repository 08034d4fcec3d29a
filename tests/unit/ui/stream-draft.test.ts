import { describe, expect, it } from 'vitest';
import { httpApiKey } from '#lib/connectors/generic/index';
import type { JsonObject } from '#lib/core/index';
import { emptyDraft, type StreamDraft, toDefinition } from '@/components/connections/stream-draft';

const filled: StreamDraft = {
  ...emptyDraft,
  title: ' Tickets ',
  path: '/tickets',
  fields: { title: ' name ', body: '' },
};
const defined = (more: Partial<StreamDraft>) =>
  httpApiKey.define('tasks', toDefinition({ ...filled, ...more }) as JsonObject).scope;

describe('what is filled in', () => {
  it.each([
    [{ paging: 'none' }, { paging: { style: 'none' } }],
    [{ paging: 'link' }, { paging: { style: 'link' } }],
    [
      { paging: 'page', parameter: ' page ', size: '50' },
      { paging: { style: 'page', parameter: 'page', size: 50, first: 1, size_parameter: null } },
    ],
    [
      { paging: 'cursor', parameter: 'after', next: 'meta.next' },
      { paging: { style: 'cursor', parameter: 'after', next: 'meta.next' } },
    ],
    [
      { since: 'changed', sinceFormat: 'epoch_s' },
      { since: { parameter: 'changed', format: 'epoch_s' } },
    ],
    [{ states: 'closed = done\n\n new=open' }, { states: { closed: 'done', new: 'open' } }],
    [
      { items: 'data.items', itemPath: '/t/{id}' },
      { items: 'data.items', item_path: '/t/{id}' },
    ],
    [{}, { title: 'Tickets', fields: { title: 'name' }, since: null, updated_at: null }],
  ] as [Partial<StreamDraft>, object][])('%j is a definition', (more, expected) => {
    expect(defined(more)).toMatchObject(expected);
  });

  it('is not made right silently: what is wrong is the API’s to say', () => {
    expect(() => defined({ states: 'closed' })).toThrow(/cannot be taken/);
    expect(() => defined({ paging: 'page', parameter: 'p', size: 'many' })).toThrow(
      /cannot be taken/,
    );
  });
});
