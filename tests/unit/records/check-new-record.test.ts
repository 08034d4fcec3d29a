import { describe, expect, it } from 'vitest';
import { type HubError, isHubError, type JsonObject } from '#lib/core/index';
import { checkNewRecord, type JudgedPlace } from '#lib/records/check-new-record';

const place = (id: string, more: Partial<JudgedPlace> = {}): JudgedPlace => ({
  stream_id: id,
  stream_name: `Stream ${id}`,
  connection_id: `connection of ${id}`,
  account_name: 'Ada',
  connector: 'fake',
  provider: `Provider ${id}`,
  kind: 'task',
  flow_id: null,
  takes: ['title', 'body', 'state'],
  required: ['title'],
  values: {},
  closed: null,
  faults: {},
  ...more,
});

function refusal(data: JsonObject, places: JudgedPlace[], ids = places.map((p) => p.stream_id)) {
  try {
    checkNewRecord({ kind: 'task', stream_ids: ids, data }, places);
  } catch (error) {
    if (isHubError(error)) return error;
    throw error;
  }
  return null;
}

const errorsOf = (error: HubError | null) => error?.details?.['errors'];
const fieldsOf = (error: HubError | null) => error?.details?.['fields'];

describe('where a record may be made', () => {
  it('is at streams of the workspace, of its kind, of different connections', () => {
    expect(refusal({ title: 'New' }, [place('a'), place('b')])).toBeNull();
  });

  it.each([
    ['a stream nobody knows', [place('a')], ['a', 'b'], 'There is no such stream'],
    ['one stream twice', [place('a')], ['a', 'a'], 'is named twice'],
    ['another kind', [place('a'), place('b', { kind: 'contact' })], ['a', 'b'], 'of this kind'],
    [
      'two of one connection',
      [place('a', { connection_id: 'one' }), place('b', { connection_id: 'one' })],
      ['a', 'b'],
      'of one connection',
    ],
    ['a closed one', [place('a'), place('b', { closed: 'It is paused.' })], ['a', 'b'], 'paused'],
  ])('is refused for %s, with its place in the list', (_what, places, ids, reason) => {
    const error = refusal({ title: 'New' }, places, ids);
    expect(error?.code).toBe('request.invalid');
    expect(errorsOf(error)).toEqual([
      { field: 'stream_ids.1', reason: expect.stringContaining(reason) },
    ]);
  });
});

describe('what it may hold', () => {
  it.each<[string, JsonObject, string]>([
    ['a required field that is missing', { body: 'x' }, 'title'],
    ['one that is blank', { title: '  ' }, 'title'],
    ['a field no service takes', { title: 'New', priority: 'high' }, 'priority'],
    ['a field that is a fact of the service', { title: 'New', number: 3 }, 'number'],
  ])('is refused for %s', (_what, data, field) => {
    const error = refusal(data, [place('a'), place('b')]);
    expect(error?.code).toBe('records.field_invalid');
    expect(Object.keys(fieldsOf(error) ?? {})).toEqual([field]);
  });

  it('is taken when one of the services takes it', () => {
    const places = [place('a'), place('b', { takes: ['title', 'priority'] })];
    expect(refusal({ title: 'New', priority: 'high' }, places)).toBeNull();
  });

  it('is refused where a service that takes the field does not take the value', () => {
    const poor = place('b', { values: { state: ['open', 'done'] } });
    const error = refusal({ title: 'New', state: 'in_progress' }, [place('a'), poor]);
    expect(fieldsOf(error)).toEqual({ state: 'Provider b takes open, done.' });
    const mapped = place('a', { faults: { state: 'cannot be label there' } });
    expect(fieldsOf(refusal({ title: 'New', state: 'open' }, [mapped]))).toEqual({
      state: 'At Provider a it cannot be label there.',
    });
  });

  it('says every fault at once, and nothing of what was left empty', () => {
    const error = refusal({ title: '', labels: ['bug'], priority: null, body: '' }, [place('a')]);
    expect(Object.keys(fieldsOf(error) ?? {}).sort()).toEqual(['labels', 'title']);
  });
});
