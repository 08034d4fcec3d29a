import { expect, it } from 'vitest';
import { z } from 'zod';
import { HubError } from '#lib/core/index';
import { reasonOf } from '#lib/webhooks/failure-reason';

const withCode = (code: string): Error => Object.assign(new Error('of a value: 4711'), { code });
const notText = z.string().safeParse(1).error;

it.each([
  ['a fault with a name', new HubError('provider.refused', 'of 4711'), 'provider.refused'],
  ['a refusal of the database', withCode('23505'), 'database.23'],
  ['an error of the network', withCode('ECONNRESET'), 'internal.unexpected'],
  ['a mistake in a connector', new TypeError('4711 is no list'), 'connector.type_error'],
  ['a payload of another shape', notText, 'connector.zod_error'],
  [
    'an error named by a value',
    Object.assign(new Error('x'), { name: 'Of4711' }),
    'internal.unexpected',
  ],
  ['anything else', 'thrown: 4711', 'internal.unexpected'],
])('%s is grouped by a code that holds no value', (_, error, wanted) => {
  expect(reasonOf(error, 'internal.unexpected')).toBe(wanted);
});
