import { describe, expect, it } from 'vitest';
import { headingOf, showMoney } from '@/components/records/values';

describe('the line a record is known by', () => {
  it.each([
    ['task', { title: 'A pump leaks' }, 'A pump leaks'],
    ['message', { body: ' First line\nsecond' }, 'First line'],
    ['message', { body: null }, ''],
    ['contact', { name: 'Ada', emails: ['ada@x.test'] }, 'Ada'],
    ['contact', { name: '', emails: ['ada@x.test'] }, 'ada@x.test'],
    ['payment', { amount: 1234, currency: 'eur', description: 'Pump' }, '€12.34 · Pump'],
    ['payment', { amount: 500, currency: 'jpy', description: null }, '¥500'],
    ['payment', { amount: 'x', currency: 'eur', description: 'Pump' }, 'Pump'],
  ] as const)('of a %s %j is %j', (kind, data, heading) => {
    expect(headingOf({ kind, data })).toBe(heading);
  });
});

it('money of a currency that is none is not shown', () => {
  expect(showMoney(100, 'euro')).toBe('');
  expect(showMoney(100, null)).toBe('');
});
