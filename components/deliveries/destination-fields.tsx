'use client';

import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { Select } from '@/components/ui/select';
import { Skeleton, SkeletonFrame } from '@/components/ui/skeleton';
import { Textarea } from '@/components/ui/textarea';
import type { Subscription } from '@/lib/delivery/schema';
import { ChannelField } from './channel-field';
import { type FormDraft, keptChannel } from './form-draft';
import { useSlackConnections } from './use-deliveries';
import { words } from './words';

const text = words.form;

export interface FieldsProps {
  draft: FormDraft;
  change: (change: Partial<FormDraft>) => void;
  /** What is wrong, by the name the API gives the field. */
  faults: ReadonlyMap<string, string>;
  isNew: boolean;
  /** What is changed; undefined for a new one. */
  kept: Subscription | undefined;
}

/** Where it goes to, by kind. */
export function DestinationFields(props: FieldsProps) {
  const { draft, change, faults } = props;
  if (draft.kind === 'webhook') {
    return (
      <Field label={text.url} required hint={text.urlHint} error={faults.get('config.url')}>
        {(control) => (
          <Input
            {...control}
            mono
            type="url"
            autoComplete="off"
            placeholder="https://example.com/hooks/patchbay"
            value={draft.url}
            onChange={(event) => change({ url: event.target.value })}
          />
        )}
      </Field>
    );
  }
  return (
    <>
      {draft.kind === 'slack' ? <SlackFields {...props} /> : <MailFields {...props} />}
      <Field
        label={text.template}
        hint={<code className="break-words">{text.templateHint}</code>}
        error={faults.get('config.template')}
      >
        {(control) => (
          <Textarea
            {...control}
            mono
            rows={3}
            value={draft.template}
            onChange={(event) => change({ template: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

function SlackFields({ draft, change, faults, isNew, kept }: FieldsProps) {
  const connections = useSlackConnections();
  return (
    <>
      <SegmentedControl
        label={text.slackWay}
        value={draft.slackWay}
        onValueChange={(slackWay) => change({ slackWay })}
        segments={(['connection', 'address'] as const).map((value) => ({
          value,
          label: text.slackWays[value],
        }))}
      />
      {draft.slackWay === 'address' ? (
        <Field
          label={text.address}
          required={isNew}
          hint={isNew ? text.addressHint : text.addressKept}
          error={faults.get('secret')}
        >
          {(control) => (
            <Input
              {...control}
              mono
              type="password"
              autoComplete="off"
              placeholder="https://hooks.slack.com/services/…"
              value={draft.address}
              onChange={(event) => change({ address: event.target.value })}
            />
          )}
        </Field>
      ) : connections.isPending ? (
        <SkeletonFrame label={text.connectionsLoad} className="grid gap-3 sm:grid-cols-2">
          <Skeleton className="h-8" />
          <Skeleton className="h-8" />
        </SkeletonFrame>
      ) : connections.isError && !connections.data ? (
        <p role="alert" className="text-bad">
          {connections.error.message}
        </p>
      ) : connections.rows.length === 0 ? (
        <p className="text-mut">{text.noConnection}</p>
      ) : (
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label={text.connection} required error={faults.get('config.connection_id')}>
            {(control) => (
              <Select
                control={control}
                value={draft.connectionId}
                onValueChange={(connectionId) => {
                  // Another workspace has other channels.
                  if (connectionId === draft.connectionId) return;
                  change({ connectionId, channel: '', channelName: '' });
                }}
                options={connections.rows.map(({ id, account_name: label }) => ({
                  value: id,
                  label,
                }))}
              />
            )}
          </Field>
          {draft.connectionId === null ? (
            <Field label={text.channel} required hint={text.connectionFirst}>
              {(control) => <Input {...control} disabled />}
            </Field>
          ) : (
            <ChannelField
              connectionId={draft.connectionId}
              channel={draft.channel}
              channelName={draft.channelName}
              kept={keptChannel(draft, kept)}
              onChange={change}
              fault={faults.get('config.channel')}
            />
          )}
        </div>
      )}
    </>
  );
}

function MailFields({ draft, change, faults }: FieldsProps) {
  const toFault = [...faults].find(([name]) => name.startsWith('config.to'))?.[1];
  return (
    <>
      <Field label={text.to} required hint={text.toHint} error={toFault}>
        {(control) => (
          <Textarea
            {...control}
            rows={2}
            value={draft.to}
            onChange={(event) => change({ to: event.target.value })}
          />
        )}
      </Field>
      <Field label={text.subject} error={faults.get('config.subject')}>
        {(control) => (
          <Input
            {...control}
            value={draft.subject}
            onChange={(event) => change({ subject: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
