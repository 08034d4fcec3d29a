import type { WebhookDescriptor } from './webhook-descriptor.ts';

/** How a known service sends its webhooks: what a person has to do, and the descriptor that follows. */
export interface WebhookPreset {
  /** Lower case with underscores; kept in rows, so it never changes. */
  name: string;
  /** The service, and which of its ways where it has several. */
  title: string;
  descriptor: WebhookDescriptor;
  /** The secret to paste, as the service calls it. */
  secretLabel: string;
  /** What to do there, one sentence each. */
  steps: readonly string[];
  /** Within what time the service wants its answer; null where it does not say. */
  answerWithinMs: number | null;
  docsUrl: string;
  /**
   * body: the signature covers what was sent. sender: a secret or token comes along and says nothing
   * of the body. nothing: anybody can send.
   */
  proves: 'body' | 'sender' | 'nothing';
  /**
   * How we know. sdk: the service's own library makes or takes its vectors. docs: written down from
   * the service's documentation. unchecked: from second hand, and nobody has held it against the docs.
   */
  source: 'sdk' | 'docs' | 'unchecked';
  /** Why it is not on offer; null where it is. */
  withheld: string | null;
}

/** A table of them by name, each written down once. */
export type PresetTable = Readonly<Record<string, Omit<WebhookPreset, 'name'>>>;
