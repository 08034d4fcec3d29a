import type { CheckedSide } from '#lib/flows/index';
import type { FieldRule } from '#lib/sync/schema';

type Stream = NonNullable<CheckedSide['stream']>;

export const rule = (field: string, more: Partial<FieldRule> = {}): FieldRule => ({
  field,
  side_field: field,
  direction: 'both',
  policy: null,
  transform: null,
  ...more,
});

/** What a service like a tracker writes; facts are its own. */
export const writable = [
  'title',
  'body',
  'state',
  'labels',
  'assignees',
  'priority',
  'due_on',
  'parent',
];

export const side = (
  name: string,
  rules: readonly FieldRule[] = [],
  more: Partial<Stream> & {
    creates?: boolean;
    values?: Record<string, readonly string[]>;
    holdsOne?: readonly string[];
  } = {},
): CheckedSide => {
  const { creates = true, values = {}, holdsOne = [], ...stream } = more;
  return {
    streamId: `stream-${name}`,
    creates,
    rules,
    stream: {
      name,
      kind: 'task',
      connectionId: `connection-${name}`,
      inFlow: null,
      resource: {
        name: 'issues',
        kind: stream.kind ?? 'task',
        title: 'Issues',
        scopeTitle: 'project',
        writable,
        writableValues: values,
        holdsOne,
        creates: { fields: writable, required: ['title'], isKeyed: false, takeBack: 'close' },
      },
      seen: [],
      ...stream,
    },
  };
};
