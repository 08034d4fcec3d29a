import type { JsonObject } from '#lib/core/index';
import type { Resource } from './account-scope.ts';
import { refuse } from './errors.ts';

/**
 * The form of an update: only the given fields. An empty text unsets a field.
 * https://docs.stripe.com/api/customers/update https://docs.stripe.com/api/payment_intents/update
 */
export function toForm(resource: Resource, fields: JsonObject): Record<string, string> {
  const form: Record<string, string> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (field === 'description' && (typeof value === 'string' || value === null)) {
      form['description'] = value ?? '';
    } else if (resource === 'customers' && field === 'name' && typeof value === 'string') {
      form['name'] = value;
    } else if (resource === 'customers' && (field === 'emails' || field === 'phones')) {
      form[field === 'emails' ? 'email' : 'phone'] = onlyOne(field, value);
    } else {
      throw refuse([{ field, message: 'cannot be written at Stripe' }]);
    }
  }
  return form;
}

function onlyOne(field: 'emails' | 'phones', value: unknown): string {
  const items: unknown[] = Array.isArray(value) ? value : [];
  const [first = ''] = items;
  if (items.length > 1) {
    const what = field === 'emails' ? 'e-mail address' : 'phone number';
    throw refuse([{ field, message: `may hold one ${what} at Stripe` }]);
  }
  if (typeof first !== 'string') throw refuse([{ field, message: 'must be text' }]);
  return first;
}
