'use client';

import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Switch } from '@/components/ui/switch';
import type { AuthModeCard, Connection, ConnectorCard } from '@/lib/connections/schema';
import { Permissions } from './permissions';
import { useConnectByKey } from './use-connect';
import { words } from './words';

const text = words.connectForm;

interface ConnectFormProps {
  connector: ConnectorCard;
  mode: AuthModeCard;
  /** Renews this connection in place. */
  connectionId?: string;
  onConnected: (connection: Connection) => void;
}

/** What is wrong with a value as far as its form tells; the service has the last word. */
function whyNot(field: AuthModeCard['fields'][number], value: string): string | undefined {
  const pasted = value.trim();
  if (pasted === '') return undefined;
  const fits = new RegExp(`^(?:${field.pattern})$`, 'u').test(
    pasted.replace(/^["'`“]|["'`”]$/g, ''),
  );
  return fits ? undefined : text.doesNotFit(field.pattern_words);
}

/** A key or a password leaves this form once, sealed on arrival, and never comes back. */
export function ConnectForm({ connector, mode, connectionId, onConnected }: ConnectFormProps) {
  const connect = useConnectByKey();
  const [values, setValues] = useState<Record<string, string>>({});
  const [baseUrl, setBaseUrl] = useState('');
  const [isSandbox, setSandbox] = useState(connector.has_sandbox);
  // What the service said belongs to what was sent; typing goes on from there.
  const refused = (field: string) =>
    connect.error?.errors.find((fault) => fault.field === field)?.reason;
  const isNamed = connect.error?.errors.some(({ field }) => isShown(mode, field)) ?? false;
  const set = (name: string, value: string) => {
    connect.reset();
    setValues((present) => ({ ...present, [name]: value }));
  };
  const isComplete =
    mode.fields.every(({ name }) => (values[name] ?? '').trim() !== '') &&
    (isSandbox || !mode.base_url?.is_required || baseUrl.trim() !== '');
  const submit = () => {
    if (!isComplete || mode.kind === 'oauth2') return;
    connect.mutate(
      {
        connector: connector.name,
        auth_kind: mode.kind,
        fields: values,
        is_sandbox: isSandbox,
        ...(isSandbox || baseUrl.trim() === '' ? {} : { base_url: baseUrl }),
        ...(connectionId === undefined ? {} : { connection_id: connectionId }),
      },
      {
        onSuccess: (connection) => {
          setValues({});
          onConnected(connection);
        },
      },
    );
  };
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {connector.has_sandbox && (
        <Switch checked={isSandbox} onCheckedChange={setSandbox} label={text.sandbox} />
      )}
      {!isSandbox && mode.base_url && (
        <Field
          label={mode.base_url.label}
          required={mode.base_url.is_required}
          hint={mode.base_url.help}
          error={refused('base_url')}
        >
          {(control) => (
            <Input
              {...control}
              type="url"
              inputMode="url"
              autoComplete="off"
              placeholder={mode.base_url?.placeholder ?? undefined}
              value={baseUrl}
              onChange={(event) => {
                connect.reset();
                setBaseUrl(event.target.value);
              }}
            />
          )}
        </Field>
      )}
      {mode.fields.map((field) => (
        <Field
          key={field.name}
          label={field.label}
          required
          hint={field.help}
          error={refused(`fields.${field.name}`) ?? whyNot(field, values[field.name] ?? '')}
          action={field.is_secret && <ConsoleLink mode={mode} provider={connector.provider} />}
        >
          {(control) => (
            <Input
              {...control}
              mono
              type={field.is_secret ? 'password' : 'text'}
              autoComplete="off"
              spellCheck={false}
              placeholder={field.placeholder ?? undefined}
              value={values[field.name] ?? ''}
              onChange={(event) => set(field.name, event.target.value)}
            />
          )}
        </Field>
      ))}
      <Permissions permissions={mode.permissions} />
      {connect.error && !isNamed && (
        <Notice tone="bad" title={text.failed(connector.provider)} live>
          {connect.error.reason}
        </Notice>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button
          type="submit"
          variant="primary"
          busy={connect.isPending}
          aria-disabled={!isComplete}
        >
          {text.submit}
        </Button>
        <p className="min-w-0 flex-1 basis-52 text-meta text-mut">
          {text.promise(connector.provider)}
        </p>
      </div>
    </form>
  );
}

const isShown = (mode: AuthModeCard, field: string): boolean =>
  (field === 'base_url' && mode.base_url !== null) ||
  mode.fields.some(({ name }) => field === `fields.${name}`);

function ConsoleLink({ mode, provider }: { mode: AuthModeCard; provider: string }) {
  if (mode.console_url === null) return null;
  return (
    <a
      href={mode.console_url}
      target="_blank"
      rel="noreferrer"
      className="inline-flex items-center gap-1 text-accent text-meta hover:underline"
    >
      {text.open(provider)}
      <ExternalLink aria-hidden="true" className="size-3" />
    </a>
  );
}
