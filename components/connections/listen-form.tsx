'use client';

import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { Select } from '@/components/ui/select';
import type { ConnectorCard } from '@/lib/connections/schema';
import {
  emptyListenDraft,
  isListenComplete,
  type ListenDraft,
  toListenInput,
} from './listen-draft';
import { ListenMade } from './listen-made';
import { ListenScheme } from './listen-scheme';
import { listenWords } from './listen-words';
import { useListen, useWebhookPresets, type WebhookPresetRow } from './use-listening';

const text = listenWords;

interface ListenFormProps {
  connector: ConnectorCard;
  onConnected: (connectionId: string) => void;
}

/** Says how events will be signed, and gets the address they are posted to. */
export function ListenForm({ connector, onConnected }: ListenFormProps) {
  const listen = useListen(connector.name);
  const presets = useWebhookPresets();
  const [draft, setDraft] = useState<ListenDraft>(emptyListenDraft);
  const preset = presets.data?.data.find(({ name }) => name === draft.preset);
  const isComplete = isListenComplete(draft, preset);
  const faultAt = (field: string) =>
    listen.error?.errors.find((fault) => fault.field === field)?.reason;
  const change = (part: Partial<ListenDraft>) => {
    listen.reset();
    setDraft((present) => ({ ...present, ...part }));
  };
  if (listen.data) {
    return <ListenMade made={listen.data} onDone={() => onConnected(listen.data.connection_id)} />;
  }
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete) listen.mutate(toListenInput(draft));
      }}
    >
      <Field label={text.name.label} required error={faultAt('title')}>
        {(control) => (
          <Input
            {...control}
            placeholder={text.name.placeholder}
            value={draft.title}
            onChange={(event) => change({ title: event.target.value })}
          />
        )}
      </Field>
      <SegmentedControl
        label={text.by}
        value={draft.by}
        onValueChange={(by) => change({ by })}
        segments={text.ways}
      />
      {draft.by === 'preset' && (
        <PresetChoice
          presets={presets.data?.data ?? []}
          preset={preset}
          onChange={(name) => change({ preset: name })}
        />
      )}
      {draft.by === 'own' && <ListenScheme draft={draft} change={change} faultAt={faultAt} />}
      {draft.by === 'nothing' ? (
        <Notice tone="warn" title={text.nothing.title}>
          {text.nothing.body}
        </Notice>
      ) : draft.by === 'preset' && preset?.brings_secret ? (
        <Notice title={text.brings} />
      ) : (
        <SecretField
          label={draft.by === 'preset' ? preset?.secret_label : undefined}
          canMake={draft.by === 'own' || (preset?.can_make_secret ?? false)}
          value={draft.secret}
          error={faultAt('secret')}
          onChange={(secret) => change({ secret })}
        />
      )}
      {listen.error && (
        <Notice tone="bad" title={text.failed} live>
          {listen.error.errors.length === 0
            ? listen.error.message
            : listen.error.errors.map(({ field, reason }) => (
                <p key={field}>
                  <code>{field.replace(/^signing\.(own\.)?/, '')}</code> {reason}
                </p>
              ))}
        </Notice>
      )}
      <div>
        <Button type="submit" variant="primary" busy={listen.isPending} disabled={!isComplete}>
          {text.submit}
        </Button>
      </div>
    </form>
  );
}

interface PresetChoiceProps {
  presets: WebhookPresetRow[];
  preset: WebhookPresetRow | undefined;
  onChange: (name: string) => void;
}

function PresetChoice({ presets, preset, onChange }: PresetChoiceProps) {
  return (
    <Field
      label={text.service}
      required
      hint={preset?.proves === 'sender' ? text.sender : null}
      action={
        preset && (
          <a
            href={preset.docs_url}
            target="_blank"
            rel="noreferrer"
            className="inline-flex items-center gap-1 text-accent text-meta hover:underline"
          >
            {text.docs}
            <ExternalLink aria-hidden="true" className="size-3" />
          </a>
        )
      }
    >
      {(control) => (
        <Select
          control={control}
          value={preset?.name ?? null}
          onValueChange={onChange}
          options={presets.map(({ name, title }) => ({ value: name, label: title }))}
        />
      )}
    </Field>
  );
}

interface SecretFieldProps {
  label: string | undefined;
  canMake: boolean;
  value: string;
  error: string | undefined;
  onChange: (secret: string) => void;
}

export function SecretField({ label, canMake, value, error, onChange }: SecretFieldProps) {
  return (
    <Field
      label={label ?? text.secret.label}
      required={!canMake}
      hint={canMake ? text.secret.made : text.secret.pasted}
      error={error}
    >
      {(control) => (
        <Input
          {...control}
          mono
          type="password"
          autoComplete="off"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
