import { invalid } from './stripe-error.ts';
import type { Shape, StripeWorld } from './world.ts';

const expandable: Record<string, readonly string[]> = {
  payment_intent: ['latest_charge', 'customer'],
  charge: ['payment_intent', 'customer'],
  customer: [],
};

/** Ids replaced by what they stand for. https://docs.stripe.com/api/expanding_objects */
export function expand(world: StripeWorld, object: Shape, names: readonly string[]): Shape {
  const out = { ...object };
  for (const name of names) {
    if (!(expandable[String(object['object'])] ?? []).includes(name)) {
      throw invalid(`This property cannot be expanded (${name.slice(0, 60)}).`, {
        param: 'expand',
      });
    }
    const id = out[name];
    if (typeof id === 'string') out[name] = find(world, id) ?? id;
  }
  return out;
}

export function expandList(
  world: StripeWorld,
  objects: Shape[],
  names: readonly string[],
): Shape[] {
  const inner = names.map((name) => {
    if (!name.startsWith('data.')) {
      throw invalid(`This property cannot be expanded (${name.slice(0, 60)}).`, {
        param: 'expand',
      });
    }
    return name.slice('data.'.length);
  });
  return objects.map((object) => expand(world, object, inner));
}

function find({ tables }: StripeWorld, id: string): Shape | undefined {
  const table = id.startsWith('ch_')
    ? tables.charges
    : id.startsWith('pi_')
      ? tables.payments
      : tables.customers;
  const object = table.findOneBy('key', id)?.object;
  return object?.['deleted'] === true ? { id, object: 'customer', deleted: true } : object;
}
