'use client';

import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { Select } from '@/components/ui/select';
import { showToast } from '@/components/ui/toaster';
import type { App, ConnectorCard } from '@/lib/connections/schema';
import { AddressToCopy } from './address-to-copy';
import { FormAppCheck } from './form-app-check';
import { formAppWords } from './form-app-words';
import { type FormAppState, useFormApp } from './use-form-app';

const text = formAppWords;

interface FormAppFormProps {
  connector: ConnectorCard;
  /** The one that is changed. */
  app: App | null;
  onDone: () => void;
}

/** Describes a service and its app; what it says of itself is looked at while one types. */
export function FormAppForm({ connector, app, onDone }: FormAppFormProps) {
  const form = useFormApp(connector.name, app, (saved) => {
    showToast({
      tone: 'ok',
      title: text.saved(saved.title ?? saved.slug),
      description: text.savedHint,
    });
    onDone();
  });
  const { draft, save } = form;
  const isNamed = (save.error?.errors.length ?? 0) > 0;
  return (
    <form
      className="grid gap-4"
      onBlur={form.settle}
      onSubmit={(event) => {
        event.preventDefault();
        form.submit();
      }}
    >
      <Names form={form} isNew={app === null} />
      {draft.slug !== '' && (
        <AddressToCopy
          label={text.redirect}
          value={connector.redirect_uri.replace('{app}', draft.slug)}
        />
      )}
      <Whereabouts form={form} />
      <FormAppCheck check={form.check} />
      <Field label={text.tokenAuth} required>
        {(control) => (
          <Select
            control={control}
            value={draft.token_auth}
            onValueChange={(token_auth) => form.change({ token_auth })}
            options={text.tokenAuths}
          />
        )}
      </Field>
      <Line form={form} name="scopes" isRequired={false} />
      <Line form={form} name="client_id" />
      <Line form={form} name="client_secret" type="password" />
      {save.error && (
        <Notice tone="bad" title={save.error.message} live>
          {isNamed &&
            save.error.errors.map(({ field, reason }) => (
              <p key={field}>
                <code>{field}</code> {reason}
              </p>
            ))}
        </Notice>
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" busy={save.isPending} disabled={!form.isComplete}>
          {text.save}
        </Button>
        <Button variant="ghost" onClick={onDone}>
          {text.cancel}
        </Button>
      </div>
    </form>
  );
}

function Names({ form, isNew }: { form: FormAppState; isNew: boolean }) {
  const { draft, change } = form;
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      <Field label={text.title.label} required error={form.faultAt('title')}>
        {(control) => (
          <Input
            {...control}
            placeholder={text.title.placeholder}
            value={draft.title}
            onChange={(event) => change({ title: event.target.value })}
          />
        )}
      </Field>
      <Field label={text.slug.label} required hint={text.slug.hint} error={form.faultAt('slug')}>
        {(control) => (
          <Input
            {...control}
            mono
            disabled={!isNew}
            value={draft.slug}
            onChange={(event) => change({ slug: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}

function Whereabouts({ form }: { form: FormAppState }) {
  const { draft, change } = form;
  return (
    <>
      <SegmentedControl
        label={text.how}
        value={draft.way}
        onValueChange={(way) => change({ way })}
        segments={text.ways}
      />
      {draft.way === 'issuer' ? (
        <Line form={form} name="issuer" type="url" />
      ) : (
        <>
          <Line form={form} name="authorize_url" type="url" />
          <Line form={form} name="token_url" type="url" />
          <Line form={form} name="revoke_url" type="url" isRequired={false} />
        </>
      )}
      <Line form={form} name="api_base_url" type="url" />
      <Line form={form} name="account_path" />
    </>
  );
}

interface LineProps {
  form: FormAppState;
  name: keyof typeof text.fields;
  type?: 'text' | 'url' | 'password';
  isRequired?: boolean;
}

function Line({ form, name, type = 'text', isRequired = true }: LineProps) {
  const { label, placeholder, hint } = text.fields[name];
  return (
    <Field label={label} required={isRequired} hint={hint} error={form.faultAt(name)}>
      {(control) => (
        <Input
          {...control}
          mono
          type={type}
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder ?? undefined}
          value={form.draft[name]}
          onChange={(event) => form.change({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
}
