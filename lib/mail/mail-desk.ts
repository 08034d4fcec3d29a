import type { Clock } from '#lib/core/index';
import type { TransportName } from './schema.ts';

/** What a process needs to queue mail. It can seal what a mail says and cannot read it again. */
export interface MailDesk {
  /** How mail leaves this installation; null when it is not set up. */
  transport: TransportName | null;
  /** Public half of the worker's key. */
  sealKey: string;
  clock: Clock;
}
