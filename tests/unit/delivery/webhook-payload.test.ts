import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/core/index';
import {
  payloadMaxBytes,
  type TellableChange,
  writePayload,
} from '../../../lib/delivery/webhook-payload.ts';
import { webhookPayloadSchema } from '../../../lib/delivery/webhook-shape.ts';

const change: TellableChange = {
  position: 12,
  recordId: '0198f2c0-0000-7000-8000-000000000001',
  kind: 'task',
  version: 3,
  op: 'update',
  origin: 'connection',
  connectionId: '0198f2c0-0000-7000-8000-000000000002',
  fields: ['title'],
  diff: { title: ['old', 'new'] },
  changedAt: '2026-11-21T09:00:00.000Z',
  url: 'https://forge.example/7',
};
const record = { version: 4, data: { title: 'new', body: 'text' }, deleted_at: null };
const read = (text: string) => webhookPayloadSchema.parse(JSON.parse(text));

describe('a payload', () => {
  it('says what happened and how the record is now', () => {
    const payload = read(writePayload(change, record));
    expect(payload).toMatchObject({ type: 'record.updated', timestamp: change.changedAt });
    expect(payload.data.change.diff).toEqual({ title: ['old', 'new'] });
    expect(payload.data.record).toMatchObject({ version: 4, fields: record.data, url: change.url });
    expect(payload.data.omitted).toEqual([]);
  });

  it.each([
    ['create', 'record.created'],
    ['delete', 'record.deleted'],
    ['restore', 'record.restored'],
    ['test', 'hub.test'],
  ])('of %s is a %s', (op, type) => {
    expect(read(writePayload({ ...change, op }, null)).type).toBe(type);
  });

  it('leaves out what is too long and names it', () => {
    const body = 'x'.repeat(30_000);
    const payload = read(writePayload(change, { ...record, data: { title: 'new', body } }));
    expect(payload.data.omitted).toEqual(['record.fields.body']);
    expect(payload.data.record?.fields).toEqual({ title: 'new' });
  });

  it('never exceeds what receivers are advised to take', () => {
    const field = fc.stringMatching(/^[a-z_]{1,20}$/);
    const value = fc.string({ unit: 'grapheme', maxLength: 400 }).map((text) => text.repeat(20));
    fc.assert(
      fc.property(fc.dictionary(field, value), fc.dictionary(field, value), (data, before) => {
        const diff = Object.fromEntries(
          Object.entries(before).map(([name, text]): [string, [unknown, unknown]] => [
            name,
            [null, text],
          ]),
        );
        const present = { ...record, data: data as JsonObject };
        const text = writePayload({ ...change, diff }, present);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(payloadMaxBytes);
        read(text);
      }),
      { numRuns: 40 },
    );
  });
});
