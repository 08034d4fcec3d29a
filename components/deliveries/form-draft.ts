import type {
  DestinationKind,
  Draft,
  Filter,
  Operators,
  Subscription,
  SubscriptionPatch,
} from '@/lib/delivery/schema';
import { filterSchema } from '@/lib/delivery/schema';
import type { words } from './words';

/** What the form holds while somebody types; every text may be half of something. */
export interface FormDraft {
  kind: DestinationKind;
  name: string;
  url: string;
  slackWay: 'connection' | 'address';
  connectionId: string | null;
  /** Its id, or what is typed until it is one. */
  channel: string;
  /** What the chosen one is called; '' where only its id is known. */
  channelName: string;
  address: string;
  to: string;
  subject: string;
  template: string;
  kinds: NonNullable<Filter['kinds']>;
  ops: NonNullable<Filter['ops']>;
  /** Ids of the streams whose records alone are told of; empty means all. */
  streams: string[];
  fields: string;
  conditions: Condition[];
  from: 'now' | 'beginning';
  perSecond: string;
  atOnce: string;
}

export type Operator = keyof typeof words.operators;

export interface Condition {
  /** Tells two of them apart while they are typed. */
  id: number;
  path: string;
  operator: Operator;
  value: string;
}

export const emptyDraft: FormDraft = {
  kind: 'webhook',
  name: '',
  url: '',
  slackWay: 'connection',
  connectionId: null,
  channel: '',
  channelName: '',
  address: '',
  to: '',
  subject: '',
  template: '',
  kinds: [],
  ops: [],
  streams: [],
  fields: '',
  conditions: [],
  from: 'now',
  perSecond: '20',
  atOnce: '4',
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The draft of one that exists. Conditions this form cannot write are kept as they are, see `rest`. */
export function draftOf(subscription: Subscription): FormDraft {
  const { config, filter, kind } = subscription;
  const to: unknown[] = Array.isArray(config['to']) ? config['to'] : [];
  const connectionId = text(config['connection_id']);
  return {
    ...emptyDraft,
    kind: kind === 'analytics' ? 'webhook' : kind,
    name: subscription.name,
    url: text(config['url']),
    slackWay: connectionId ? 'connection' : 'address',
    connectionId: connectionId || null,
    channel: text(config['channel']),
    channelName: text(config['channel_name']),
    to: to.map(text).join(', '),
    subject: text(config['subject']),
    template: text(config['template']),
    kinds: filter.kinds ?? [],
    ops: filter.ops ?? [],
    streams: filter.stream_ids ?? [],
    fields: (filter.fields ?? []).join(', '),
    conditions: Object.entries(filter.where ?? {}).flatMap(toCondition),
    perSecond: String(subscription.per_second),
    atOnce: String(subscription.max_in_flight),
  };
}

function toCondition([path, is]: [string, Operators], id: number): Condition[] {
  const [operator, operand] = Object.entries(is)[0] ?? [];
  return isWritable(is) && operator !== undefined
    ? [{ id, path, operator: operator as Operator, value: writeOperand(operand) }]
    : [];
}

const operators: readonly string[] = [
  '$eq',
  '$ne',
  '$contains',
  '$starts',
  '$gt',
  '$lt',
  '$exists',
];

/** One operator this form has, and a value that can be typed. */
const isWritable = (is: Operators): boolean => {
  const entries = Object.entries(is);
  return entries.length === 1 && operators.includes(entries[0]?.[0] ?? '');
};

const writeOperand = (operand: unknown): string =>
  typeof operand === 'string' && !isJsonScalar(operand) ? operand : JSON.stringify(operand ?? null);

const isJsonScalar = (value: string): boolean =>
  /^(?:-?\d+(?:\.\d+)?|true|false|null|".*")$/.test(value.trim());

/** Numbers, true, false and null are what they look like; quotes make a text of them. */
export function readOperand(typed: string): string | number | boolean | null {
  if (!isJsonScalar(typed)) return typed;
  const read: unknown = JSON.parse(typed);
  if (typeof read === 'string' || typeof read === 'number' || typeof read === 'boolean')
    return read;
  return null;
}

const wordsOf = (list: string): string[] =>
  list
    .split(/[\s,;]+/)
    .map((word) => word.trim())
    .filter(Boolean);

/** The filter as far as it can be read; `rest` holds what the form does not show. */
export function filterOf(draft: FormDraft, rest: Filter = {}): unknown {
  const fields = wordsOf(draft.fields);
  const hidden = Object.entries(rest.where ?? {}).filter(([, is]) => !isWritable(is));
  const where = Object.fromEntries([
    ...hidden,
    ...draft.conditions
      .filter(({ path }) => path.trim() !== '')
      .map(({ path, operator, value }): [string, Operators] => [
        path.trim(),
        {
          [operator]: operator === '$exists' ? value.trim() !== 'false' : readOperand(value.trim()),
        },
      ]),
  ]);
  return {
    ...(rest.origins ? { origins: rest.origins } : {}),
    ...(rest.connection_ids ? { connection_ids: rest.connection_ids } : {}),
    ...(draft.streams.length > 0 ? { stream_ids: draft.streams } : {}),
    ...(draft.kinds.length > 0 ? { kinds: draft.kinds } : {}),
    ...(draft.ops.length > 0 ? { ops: draft.ops } : {}),
    ...(fields.length > 0 ? { fields } : {}),
    ...(Object.keys(where).length > 0 ? { where } : {}),
  };
}

function configOf(draft: FormDraft, before: Record<string, unknown>): Record<string, unknown> {
  const template = draft.template.trim() ? { template: draft.template.trim() } : {};
  if (draft.kind === 'webhook') {
    const { description } = before;
    return { url: draft.url.trim(), ...(description === undefined ? {} : { description }) };
  }
  if (draft.kind === 'mail') {
    return {
      to: wordsOf(draft.to),
      ...(draft.subject.trim() ? { subject: draft.subject.trim() } : {}),
      ...template,
    };
  }
  const byConnection = draft.slackWay === 'connection' && draft.connectionId !== null;
  return {
    ...(byConnection ? { connection_id: draft.connectionId, channel: draft.channel.trim() } : {}),
    ...(byConnection && draft.channelName ? { channel_name: draft.channelName } : {}),
    ...template,
  };
}

/** What is sent to the API; it says what is wrong, field by field. */
export function inputOf(draft: FormDraft): Record<string, unknown> {
  const secret = draft.kind === 'slack' && draft.slackWay === 'address' ? draft.address.trim() : '';
  return {
    kind: draft.kind,
    name: draft.name.trim(),
    config: configOf(draft, {}),
    filter: filterOf(draft),
    from: draft.from,
    ...limitsOf(draft),
    ...(secret ? { secret } : {}),
  };
}

export const patchOf = (draft: FormDraft, before: Subscription): SubscriptionPatch => ({
  name: draft.name.trim(),
  config: configOf(draft, before.config),
  filter: filterOf(draft, before.filter) as Filter,
  ...limitsOf(draft),
});

const limitsOf = ({ perSecond, atOnce }: FormDraft) => ({
  per_second: Number(perSecond),
  max_in_flight: Number(atOnce),
});

/** What can be previewed; null while the filter is half typed. */
export function previewOf(draft: FormDraft, rest?: Filter): Draft | null {
  const filter = filterSchema.safeParse(filterOf(draft, rest));
  if (!filter.success) return null;
  return {
    kind: draft.kind,
    filter: filter.data,
    ...(draft.kind === 'webhook' && draft.url.trim() ? { url: draft.url.trim() } : {}),
    ...(draft.kind !== 'webhook' && draft.template.trim()
      ? { template: draft.template.trim() }
      : {}),
  };
}

/** As Slack makes them: https://docs.slack.dev/reference/objects/conversation-object */
export const isChannelId = (typed: string): boolean => /^[CGD][A-Z0-9]{1,30}$/.test(typed.trim());

/** The channel as it is kept already: it is taken unchanged, whatever it looks like. */
export const keptChannel = (
  { connectionId }: Pick<FormDraft, 'connectionId'>,
  kept: Subscription | undefined,
): string | null =>
  connectionId !== null && connectionId === kept?.config['connection_id']
    ? text(kept.config['channel']) || null
    : null;

/** Whether what cannot be left out is there; `kept` is what is changed, absent for a new one. */
export function isWhole(draft: FormDraft, kept?: Subscription): boolean {
  if (draft.name.trim() === '') return false;
  if (draft.kind === 'webhook') return draft.url.trim() !== '';
  if (draft.kind === 'mail') return wordsOf(draft.to).length > 0;
  if (draft.slackWay === 'connection') {
    const channel = draft.channel.trim();
    if (draft.connectionId === null || channel === '') return false;
    return isChannelId(channel) || channel === keptChannel(draft, kept);
  }
  return draft.address.trim() !== '' || kept !== undefined;
}
