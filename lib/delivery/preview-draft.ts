import type { Json } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { getDelivery } from './act-on-deliveries.ts';
import type { DeliveryContent, Draft, DraftPreview } from './destination-shape.ts';
import { readPresentRecord } from './destination-store.ts';
import { type RecentChange, selectRecentChanges } from './health-store.ts';
import { getSubscription } from './manage-subscriptions.ts';
import { matchesFilter } from './matches-filter.ts';
import { readMessageContext } from './message-store.ts';
import { renderTemplate, slackMedium, textMedium } from './render-template.ts';
import { configSchemas, type DestinationKind } from './schema.ts';
import { faultOfTemplate, parseTemplate, type Template } from './template.ts';
import { defaultTemplates, templateValues } from './template-values.ts';
import { type TellableChange, writePayload } from './webhook-payload.ts';

/** Changes a filter is tried on. */
const lookedAt = 200;

/** What a subscription would do, told from the latest changes before it is saved. */
export async function previewDraft(
  tx: Tx,
  at: { workspaceId: string; draft: Draft; origin: string; urlFault: string | null },
): Promise<DraftPreview> {
  const { workspaceId, draft } = at;
  const read = readDraftTemplate(draft);
  const changes = await selectRecentChanges(tx, workspaceId, lookedAt);
  const fitting = changes.filter((change) =>
    matchesFilter(draft.filter, {
      ...change,
      connectionId: change.connection_id,
      streamIds: change.stream_ids,
    }),
  );
  const [latest] = fitting;
  const sample =
    latest && !read.fault
      ? await contentOf(tx, {
          workspaceId,
          kind: draft.kind,
          name: 'Subscription',
          template: read.template,
          origin: at.origin,
          change: toTellable(latest),
          title: latest.title,
        })
      : null;
  return {
    url_fault: at.urlFault,
    template_fault: read.fault,
    looked_at: changes.length,
    matching: fitting.length,
    sample: sample && { title: latest?.title ?? null, ...sample },
  };
}

/** What a delivery says, as it would go out now. */
export async function readContent(
  tx: Tx,
  at: { id: string; origin: string },
): Promise<DeliveryContent> {
  const delivery = await getDelivery(tx, at.id);
  const { workspace_id: workspaceId } = delivery;
  const subscription = await getSubscription(tx, delivery.subscription_id);
  if (subscription.kind === 'analytics') return { text: null, body: null };
  const { kind, name, config } = subscription;
  const settings = kind === 'webhook' ? null : configSchemas[kind].safeParse(config).data;
  return contentOf(tx, {
    workspaceId,
    kind,
    name,
    template: parseTemplate(templateOf(kind, settings?.template)),
    origin: at.origin,
    change: {
      ...delivery,
      recordId: delivery.record_id,
      connectionId: delivery.connection_id,
      changedAt: delivery.changed_at,
      diff: delivery.diff ?? {},
      url: null,
    },
    title: delivery.title,
  });
}

interface Spoken {
  workspaceId: string;
  kind: DestinationKind;
  name: string;
  template: Template;
  origin: string;
  change: TellableChange;
  title: string | null;
}

async function contentOf(tx: Tx, spoken: Spoken): Promise<DeliveryContent> {
  const { workspaceId, change, kind } = spoken;
  if (kind === 'webhook') {
    const record = await readPresentRecord(tx, { workspaceId, recordId: change.recordId });
    const body: Json = JSON.parse(writePayload(change, record)) as Json;
    return { text: null, body };
  }
  const context = await readMessageContext(tx, { workspaceId, ...change, name: spoken.name });
  const values = templateValues({ ...change, title: spoken.title }, context, spoken.origin);
  const medium = kind === 'slack' ? slackMedium : textMedium;
  return { text: renderTemplate(spoken.template, values, medium), body: null };
}

function readDraftTemplate({ kind, template }: Draft): {
  template: Template;
  fault: string | null;
} {
  const text = templateOf(kind, template);
  const fault = faultOfTemplate(text);
  return { template: fault === null ? parseTemplate(text) : [], fault };
}

const templateOf = (kind: DestinationKind, template: string | undefined): string =>
  template || (kind === 'webhook' ? '' : defaultTemplates[kind]);

const toTellable = (change: RecentChange): TellableChange => ({
  ...change,
  recordId: change.record_id,
  connectionId: change.connection_id,
  changedAt: change.at,
});
