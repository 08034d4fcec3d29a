'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { showToast } from '@/components/ui/toaster';
import type { ConnectorCard } from '@/lib/connections/schema';
import { useWrite } from './use-settings';
import { words } from './words';

const text = words.apps;

/** The secret leaves this form once and never comes back. */
export function AppForm({
  connector,
  isReplacing,
}: {
  connector: ConnectorCard;
  isReplacing: boolean;
}) {
  const write = useWrite();
  const [id, setId] = useState('');
  const [secret, setSecret] = useState('');
  const [base, setBase] = useState('');
  const save = () =>
    write.mutate(
      {
        method: 'PUT',
        path: `/apps/${connector.name}`,
        json: {
          connector: connector.name,
          client_id: id,
          client_secret: secret,
          ...(base ? { base_url: base } : {}),
        },
      },
      {
        onSuccess: () => {
          setId('');
          setSecret('');
          showToast({
            tone: 'ok',
            title: text.saved(connector.provider),
            description: text.savedHint,
          });
        },
      },
    );
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Field label={text.paste.id} required>
        {(control) => (
          <Input
            {...control}
            mono
            autoComplete="off"
            value={id}
            onChange={(event) => setId(event.target.value)}
          />
        )}
      </Field>
      <Field label={text.paste.secret} required hint={text.paste.secretHint}>
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
      <Field label={text.paste.base} hint={text.paste.baseHint}>
        {(control) => (
          <Input
            {...control}
            type="url"
            placeholder="https://github.example.com"
            value={base}
            onChange={(event) => setBase(event.target.value)}
          />
        )}
      </Field>
      <div>
        <Button type="submit" variant="primary" busy={write.isPending} disabled={!id || !secret}>
          {isReplacing ? text.replace : text.save}
        </Button>
      </div>
    </form>
  );
}
