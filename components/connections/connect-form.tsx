'use client';

import { ExternalLink } from 'lucide-react';
import { type ReactNode, useState } from 'react';
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

/** The state of the form, and what the service said of what was sent last. */
function useForm({ connector, mode, connectionId, onConnected }: ConnectFormProps) {
  const connect = useConnectByKey();
  const [values, setValues] = useState<Record<string, string>>({});
  const [baseUrl, setBaseUrl] = useState('');
  const [isSandbox, setSandbox] = useState(connector.has_sandbox);
  const isComplete =
    mode.fields.every(({ name }) => (values[name] ?? '').trim() !== '') &&
    (isSandbox || !mode.base_url?.is_required || baseUrl.trim() !== '');
  const submit = () => {
    if (!isComplete || mode.kind === 'oauth2' || mode.kind === 'webhook') return;
    const input = {
      connector: connector.name,
      auth_kind: mode.kind,
      fields: values,
      is_sandbox: isSandbox,
      ...(isSandbox || baseUrl.trim() === '' ? {} : { base_url: baseUrl }),
      ...(connectionId === undefined ? {} : { connection_id: connectionId }),
    };
    const onSuccess = (connection: Connection) => {
      setValues({});
      onConnected(connection);
    };
    connect.mutate(input, { onSuccess });
  };
  return {
    values,
    baseUrl,
    isSandbox,
    isComplete,
    isBusy: connect.isPending,
    submit,
    setSandbox,
    // What the service said belongs to what was sent; typing goes on from there.
    set: (name: string, value: string) => {
      connect.reset();
      setValues((present) => ({ ...present, [name]: value }));
    },
    setBaseUrl: (value: string) => {
      connect.reset();
      setBaseUrl(value);
    },
    refusalOf: (field: string) =>
      connect.error?.errors.find((fault) => fault.field === field)?.reason,
    /** A refusal that is about none of the fields in sight. */
    refusal:
      connect.error && !connect.error.errors.some(({ field }) => isShown(mode, field))
        ? connect.error.reason
        : null,
  };
}

/** Where the form takes the place of what had the focus, the work begins in its first field. */
const focusFirst = (form: HTMLFormElement | null): void =>
  form?.querySelector<HTMLInputElement>('input[type="password"], input[type="text"]')?.focus();

/** A key or a password leaves this form once, sealed on arrival, and never comes back. */
export function ConnectForm(props: ConnectFormProps) {
  const { connector, mode } = props;
  const form = useForm(props);
  return (
    <form
      ref={focusFirst}
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        form.submit();
      }}
    >
      {connector.has_sandbox && (
        <Switch checked={form.isSandbox} onCheckedChange={form.setSandbox} label={text.sandbox} />
      )}
      {!form.isSandbox && mode.base_url && (
        <Field
          label={mode.base_url.label}
          required={mode.base_url.is_required}
          hint={mode.base_url.help}
          error={form.refusalOf('base_url')}
        >
          {(control) => (
            <Input
              {...control}
              type="url"
              inputMode="url"
              autoComplete="off"
              placeholder={mode.base_url?.placeholder ?? undefined}
              value={form.baseUrl}
              onChange={(event) => form.setBaseUrl(event.target.value)}
            />
          )}
        </Field>
      )}
      {mode.fields.map((field) => (
        <Pasted
          key={field.name}
          field={field}
          value={form.values[field.name] ?? ''}
          onValueChange={(value) => form.set(field.name, value)}
          refusal={form.refusalOf(`fields.${field.name}`)}
          action={field.is_secret && <ConsoleLink {...props} isSandbox={form.isSandbox} />}
        />
      ))}
      <Permissions permissions={mode.permissions} />
      {form.refusal !== null && (
        <Notice tone="bad" title={text.failed(connector.provider)} live>
          {form.refusal}
        </Notice>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" variant="primary" busy={form.isBusy} aria-disabled={!form.isComplete}>
          {text.submit}
        </Button>
        <p className="min-w-0 flex-1 basis-52 text-meta text-mut">
          {text.promise(connector.provider)}
        </p>
      </div>
    </form>
  );
}

interface PastedProps {
  field: AuthModeCard['fields'][number];
  value: string;
  onValueChange: (value: string) => void;
  refusal: string | undefined;
  action: ReactNode;
}

function Pasted({ field, value, onValueChange, refusal, action }: PastedProps) {
  return (
    <Field
      label={field.label}
      required
      hint={field.help}
      error={refusal ?? whyNot(field, value)}
      action={action}
    >
      {(control) => (
        <Input
          {...control}
          mono
          type={field.is_secret ? 'password' : 'text'}
          autoComplete="off"
          spellCheck={false}
          placeholder={field.placeholder ?? undefined}
          value={value}
          onChange={(event) => onValueChange(event.target.value)}
        />
      )}
    </Field>
  );
}

const isShown = (mode: AuthModeCard, field: string): boolean =>
  (field === 'base_url' && mode.base_url !== null) ||
  mode.fields.some(({ name }) => field === `fields.${name}`);

/** Where the key is made; the sandbox shows its own on its first page. */
function ConsoleLink({ connector, mode, isSandbox }: ConnectFormProps & { isSandbox: boolean }) {
  const href = isSandbox ? `/sandbox/${connector.name}` : mode.console_url;
  if (href === null) return null;
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer"
      className="inline-flex items-center gap-1 text-accent text-meta hover:underline"
    >
      {isSandbox ? text.openSandbox : text.open(connector.provider)}
      <ExternalLink aria-hidden="true" className="size-3" />
    </a>
  );
}
