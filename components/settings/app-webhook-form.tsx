'use client';

import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { RelativeTime } from '@/components/ui/relative-time';
import { showToast } from '@/components/ui/toaster';
import type { App } from '@/lib/connections/schema';
import type { AppWebhook } from '@/lib/webhooks/schema';
import { AddressToCopy } from './address-to-copy';
import { useWrite } from './use-settings';
import { words } from './words';

const text = words.apps.hook;
const tones = { missing: 'neutral', waiting: 'warn', active: 'ok' } as const;

/** Webhooks a person sets up: our address to copy, their secret to paste, and what has come of it. */
export function AppWebhookForm({
  provider,
  app,
  hook,
}: {
  provider: string;
  app: Pick<App, 'id' | 'is_preset'>;
  hook: AppWebhook;
}) {
  const write = useWrite();
  const [secret, setSecret] = useState('');
  const save = () =>
    write.mutate(
      { method: 'PUT', path: `/apps/${app.id}/webhook`, json: { secret } },
      {
        onSuccess: () => {
          setSecret('');
          showToast({
            tone: 'ok',
            title: text.saved(provider),
            description: text.savedHint,
          });
        },
      },
    );
  if (hook.url === null) return <p className="text-meta text-mut">{hook.unavailable}</p>;
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <HookState hook={hook} />
      <HookSteps hook={hook} isSandbox={app.is_preset} />
      <Field label={hook.secret_label} required hint={text.secretHint}>
        {(control) => (
          <Input
            {...control}
            mono
            type="password"
            autoComplete="off"
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
          />
        )}
      </Field>
      <div>
        <Button type="submit" busy={write.isPending} disabled={!secret}>
          {hook.status === 'missing' ? text.save : text.replace}
        </Button>
      </div>
      <p className="text-meta text-mut">{text.first}</p>
      <AddressToCopy label={text.url} value={hook.url} />
    </form>
  );
}

function HookState({ hook }: { hook: AppWebhook }) {
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-mut" role="status">
      <Badge tone={tones[hook.status]}>{text.states[hook.status]}</Badge>
      {hook.status === 'missing' && text.none}
      {hook.challenged_at && (
        <span>
          {text.challenged} <RelativeTime value={hook.challenged_at} />
        </span>
      )}
      {hook.last_received_at && (
        <span>
          {text.received} <RelativeTime value={hook.last_received_at} />
        </span>
      )}
    </p>
  );
}

function HookSteps({ hook, isSandbox }: { hook: AppWebhook; isSandbox: boolean }) {
  return (
    <div className="text-mut">
      <ul className="grid list-disc gap-1 pl-5">
        {hook.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ul>
      {hook.console_url && (
        <p className="mt-2">
          {isSandbox && `${text.sandbox} `}
          <a
            href={hook.console_url}
            target="_blank"
            rel="noreferrer"
            className="text-accent underline decoration-accent/40 underline-offset-3 hover:decoration-accent"
          >
            {text.open}
          </a>
        </p>
      )}
    </div>
  );
}
