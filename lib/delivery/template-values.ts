import type { JsonObject } from '#lib/core/index';
import type { MessageContext } from './message-store.ts';
import type { TemplateValues } from './render-template.ts';
import type { OwedDelivery } from './sender.ts';

/** What stands where nobody wrote a template. */
export const defaultTemplates = {
  slack:
    '{{record.url | default link.record | link record.title}} was {{change.verb}}{{change.of}}\n_{{change.by}} · {{change.at | time}}_',
  mail: '{{record.title}} was {{change.verb}}{{change.of}}',
} as const;

const verbs: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  restore: 'restored',
  test: 'sent as a test',
};
const untitled = 'Something without a title';

/** The plain data a template may name. */
export function templateValues(
  delivery: Pick<
    OwedDelivery,
    | 'recordId'
    | 'kind'
    | 'op'
    | 'origin'
    | 'fields'
    | 'title'
    | 'changedAt'
    | 'diff'
    | 'url'
    | 'position'
  >,
  context: MessageContext,
  origin: string,
): TemplateValues {
  const { record, workspace } = context;
  const data: JsonObject = record?.data ?? {};
  const title = delivery.title ?? textOf(data['title']) ?? textOf(data['name']) ?? untitled;
  const home = `${origin}/w/${workspace.slug}`;
  return {
    record: { ...data, title, url: delivery.url, kind: delivery.kind, id: delivery.recordId },
    change: {
      op: delivery.op,
      verb: verbs[delivery.op] ?? delivery.op,
      fields: delivery.fields,
      // Of a new record everything is new, and naming that would say nothing.
      of: delivery.op === 'update' ? `: ${delivery.fields.join(', ')}` : '',
      before: side(delivery.diff, 0),
      after: side(delivery.diff, 1),
      origin: delivery.origin,
      by: context.connection ?? (delivery.origin === 'user' ? 'in Patchbay' : 'by Patchbay'),
      at: delivery.changedAt,
      position: delivery.position,
    },
    workspace: { name: workspace.name },
    subscription: { name: context.subscription },
    link: { record: `${home}/records?record=${delivery.recordId}`, workspace: home },
  };
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value : null;

/** One side of the change, by field. It was read as JSON from the log. */
function side(diff: OwedDelivery['diff'], index: 0 | 1): JsonObject {
  return Object.fromEntries(
    Object.entries(diff).map(([field, pair]) => [field, pair[index]]),
  ) as JsonObject;
}
