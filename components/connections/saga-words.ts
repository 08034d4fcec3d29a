import type { Saga } from '@/lib/sagas/schema';

/** All text of the steps of a connection's way. */
export const sagaWords = {
  title: 'Step by step',
  failed: 'The steps could not be read',
  loading: 'The steps are loading',
  tries: (count: number) => `${count} tries`,
  again: 'tried again',
  takenBack: 'Taken back',
  takingBack: 'Being taken back',
  notTakenBack: 'Could not be taken back',
  kinds: {
    connect: 'Connected',
    start_stream: 'Stream started',
    create_record: 'Made here',
    disconnect: 'Disconnected',
  } as Readonly<Record<string, string>>,
  /** While it is not over, or went wrong. */
  states: {
    pending: 'about to begin',
    running: 'under way',
    completed: 'done',
    failed: 'failed',
    compensating: 'being taken back',
    compensated: 'taken back',
  } satisfies Record<Saga['state'], string>,
  steps: {
    store_credential: 'Credential stored',
    check_account: 'Account checked',
    restore_webhooks: 'Webhooks restored',
    catch_up: 'Catching up',
    register_webhook: 'Webhook registered',
    first_run: 'First read begun',
    make_record: 'Kept in the hub',
    create_1: 'At the first service',
    create_2: 'At the second service',
    create_3: 'At the third service',
    stop: 'Syncing stopped',
    remove_webhooks: 'Webhooks removed',
    revoke: 'Access revoked',
    erase: 'Credential erased',
    receipt: 'Receipt written',
  } as Readonly<Record<string, string>>,
};

/** A step or kind of another release is shown by its name. */
export const nameIn = (words: Readonly<Record<string, string>>, name: string): string =>
  words[name] ?? name.replaceAll('_', ' ');
