import type { Form } from './read-form.ts';
import type { StripeWorld } from './world.ts';

/** One call of the API once it is known who calls; people at the pages call with neither id nor key. */
export interface Call {
  world: StripeWorld;
  form: Form;
  requestId: string | null;
  idempotencyKey: string | null;
}

/** A person at the dashboard. */
export const byHand = (world: StripeWorld, form: Form = {}): Call => ({
  world,
  form,
  requestId: null,
  idempotencyKey: null,
});
