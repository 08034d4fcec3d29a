import { createHmac, randomUUID } from 'node:crypto';

/** How a shop nobody wrote a connector for signs its events, as a person describes it. */
export const signing = {
  by: 'own',
  own: {
    header: 'X-Shop-Signature',
    prefix: 'sha256=',
    template: '{timestamp}.{body}',
    timestamp_header: 'X-Shop-Time',
    id_header: 'X-Shop-Delivery',
    event_path: 'type',
  },
};

export interface Post {
  secret?: string;
  id?: string;
  seconds?: number;
  /** Sent in place of what was signed. */
  body?: string;
}

/** As the shop does it, by none of the hub's code. */
export async function postAsShop(url: string, how: Post, event: object): Promise<number> {
  const signed = JSON.stringify(event);
  const at = String(how.seconds ?? Math.floor(Date.now() / 1_000));
  const mac = createHmac('sha256', how.secret ?? '')
    .update(`${at}.${signed}`)
    .digest('hex');
  const answer = await fetch(url, {
    method: 'POST',
    body: how.body ?? signed,
    headers: {
      'content-type': 'application/json',
      'x-shop-signature': `sha256=${mac}`,
      'x-shop-time': at,
      'x-shop-delivery': how.id ?? randomUUID(),
    },
  });
  return answer.status;
}

export const order = (id: number, more: object = {}) => ({
  id,
  customer: { name: `Buyer ${id}` },
  status: 'new',
  changed: '2026-11-20T10:00:00Z',
  ...more,
});

export const definition = {
  title: 'Orders',
  events: ['order.created', 'order.updated', 'order.deleted'],
  items: 'data.order',
  id: 'id',
  updated_at: 'changed',
  deleted: { by: 'event', names: ['order.deleted'] },
  fields: { title: 'customer.name', state: 'status' },
  states: { new: 'open', shipped: 'done' },
};
