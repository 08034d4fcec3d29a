/**
 * The sagas of this hub: their steps by name, in order. Web starts them by these names, the worker
 * has the acts (the definitions beside this file), pages have the words.
 */
export const plans = {
  /** A credential was stored: what follows from it. */
  connect: ['store_credential', 'check_account', 'restore_webhooks', 'catch_up'],
  /** A stream was chosen: deliveries first, so that nothing falls between them and the reading. */
  start_stream: ['register_webhook', 'first_run'],
  /** A member made a record: an object for it at each service that was chosen, one to three. */
  create_record: ['make_record', 'create_1', 'create_2', 'create_3'],
  disconnect: ['stop', 'remove_webhooks', 'revoke', 'erase', 'receipt'],
} as const satisfies Record<string, readonly string[]>;

export type SagaKind = keyof typeof plans;
export type StepName<K extends SagaKind> = (typeof plans)[K][number];
