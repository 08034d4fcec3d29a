import { between, type Chance, pick, seededChance, weighted } from '../chance.ts';
import { bareCustomer } from './customers.ts';
import { bareCharge } from './pay-now.ts';
import { barePayment } from './payments.ts';
import { newId, nowSeconds, type Shape, type StripeWorld, textOfChance } from './world.ts';

const firstNames = [
  'Amara',
  'Bastian',
  'Chiara',
  'Dmitri',
  'Eleni',
  'Farid',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Kaya',
  'Lucia',
  'Milan',
  'Noor',
  'Otto',
  'Priya',
  'Quentin',
  'Rosa',
  'Sven',
  'Tomoko',
] as const;
const lastNames = [
  'Abbott',
  'Brandt',
  'Castellano',
  'Duarte',
  'Eriksen',
  'Fontaine',
  'Grünwald',
  'Haddad',
  'Iversen',
  'Jansen',
  'Kovács',
  'Lindholm',
  'Moreau',
  'Novak',
  'Okafor',
  'Petrov',
] as const;
const goods = [
  'Pump P-40',
  'Seal kit',
  'Annual maintenance',
  'Spare impeller',
  'Pressure sensor',
  'On-site repair',
  'Control unit',
  'Filter set',
] as const;
const daysBack = 180;

/**
 * Customers and payments of half a year, in the order in which they were made. Their events are older
 * than this sandbox and were never kept, as after 30 days at Stripe.
 */
export function seedObjects(world: StripeWorld): void {
  const { random, customers, payments } = world.settings.seed;
  const chance = seededChance(random);
  const now = nowSeconds(world);
  const people = times(chance, now, customers).map((created) => {
    const object = aCustomer(chance, created);
    world.tables.customers.insert({ key: String(object['id']), object });
    return object;
  });
  for (const created of times(chance, now, payments)) {
    const known = people.filter((person) => Number(person['created']) <= created);
    const payer = known.length > 0 && chance() < 0.93 ? pick(chance, known) : null;
    aPayment(world, chance, created, payer);
  }
  world.tables.keys.insert({ secret: newId('sk_test'), kind: 'secret', revoked: false });
  world.tables.keys.insert({ secret: newId('rk_test'), kind: 'restricted_read', revoked: false });
}

/** Seconds in the past, ascending. */
const times = (chance: Chance, now: number, count: number): number[] =>
  Array.from({ length: count }, () => now - between(chance, 3_600, daysBack * 86_400)).sort(
    (a, b) => a - b,
  );

function aCustomer(chance: Chance, created: number): Shape {
  const id = `cus_${textOfChance(chance, 14)}`;
  const [first, last] = [pick(chance, firstNames), pick(chance, lastNames)];
  const name = `${first} ${last}`;
  const mailbox = name
    .normalize('NFD')
    .replace(/[^A-Za-z ]/g, '')
    .toLowerCase()
    .replace(' ', '.');
  return {
    ...bareCustomer(id, created),
    name: chance() < 0.96 ? name : null,
    email: chance() < 0.98 ? `${mailbox}.${between(chance, 10, 999)}@example.com` : null,
    phone: chance() < 0.6 ? `+4930${between(chance, 1_000_000, 9_999_999)}` : null,
    description: chance() < 0.3 ? `Buys ${pick(chance, goods).toLowerCase()}s` : null,
    metadata: chance() < 0.2 ? { crm_id: String(between(chance, 1_000, 9_999)) } : {},
  };
}

type Fate = 'paid' | 'refunded' | 'partly' | 'failed' | 'canceled' | 'open';

function aPayment(world: StripeWorld, chance: Chance, created: number, payer: Shape | null): void {
  const { tables } = world;
  const id = `pi_${textOfChance(chance, 24)}`;
  const currency = weighted(chance, [
    ['eur', 70],
    ['usd', 20],
    ['gbp', 7],
    ['jpy', 3],
  ] as const);
  const what = pick(chance, goods);
  const object: Shape = {
    ...barePayment(id, created, between(chance, 900, 480_000), currency),
    customer: payer?.['id'] ?? null,
    description: chance() < 0.85 ? `${what}, order ${between(chance, 10_000, 99_999)}` : null,
  };
  const fate: Fate = weighted(chance, [
    ['paid', 76],
    ['refunded', 5],
    ['partly', 4],
    ['failed', 6],
    ['canceled', 4],
    ['open', 5],
  ] as const);
  if (fate === 'failed') {
    object['last_payment_error'] = {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
    };
  }
  if (fate === 'canceled') {
    Object.assign(object, { status: 'canceled', canceled_at: created + 1_800 });
  }
  if (fate === 'paid' || fate === 'refunded' || fate === 'partly') {
    const chargeId = `ch_${textOfChance(chance, 24)}`;
    Object.assign(object, {
      status: 'succeeded',
      amount_received: object['amount'],
      latest_charge: chargeId,
    });
    const amount = Number(object['amount']);
    const back = fate === 'refunded' ? amount : fate === 'partly' ? Math.ceil(amount / 3) : 0;
    const charge = {
      ...bareCharge(chargeId, created + 40, object),
      amount_refunded: back,
      refunded: fate === 'refunded',
    };
    tables.charges.insert({ key: chargeId, object: charge });
  }
  tables.payments.insert({ key: id, object });
}
