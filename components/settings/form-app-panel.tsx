'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Panel } from '@/components/ui/panel';
import { ProviderMark } from '@/components/ui/provider-mark';
import { showToast } from '@/components/ui/toaster';
import type { App, ConnectorCard } from '@/lib/connections/schema';
import { AddressToCopy } from './address-to-copy';
import { FormAppForm } from './form-app-form';
import { formAppWords } from './form-app-words';
import { useWrite } from './use-settings';

const text = formAppWords;

/** The apps of a connector that a form describes: each a service of its own. */
export function FormAppPanel({ connector, apps }: { connector: ConnectorCard; apps: App[] }) {
  const [open, setOpen] = useState<App | 'new' | null>(null);
  return (
    <Panel
      title={
        <span className="flex items-center gap-2 text-ink">
          <ProviderMark name={connector.provider} size="sm" /> {connector.provider}
        </span>
      }
      aside={
        open === null && (
          <Button size="sm" icon={<Plus aria-hidden="true" />} onClick={() => setOpen('new')}>
            {text.add}
          </Button>
        )
      }
    >
      <div className="grid gap-5">
        <p className="text-mut">{text.about}</p>
        {open === null ? (
          <ul className="grid gap-4">
            {apps.map((app) => (
              <FormAppRow
                key={app.id}
                app={app}
                redirectUri={connector.redirect_uri.replace('{app}', app.slug)}
                onChange={() => setOpen(app)}
              />
            ))}
            {apps.length === 0 && <li className="text-mut">{text.none}</li>}
          </ul>
        ) : (
          <FormAppForm
            connector={connector}
            app={open === 'new' ? null : open}
            onDone={() => setOpen(null)}
          />
        )}
      </div>
    </Panel>
  );
}

interface RowProps {
  app: App;
  redirectUri: string;
  onChange: () => void;
}

function FormAppRow({ app, redirectUri, onChange }: RowProps) {
  const write = useWrite();
  const title = app.title ?? app.slug;
  return (
    <li className="grid gap-2 rounded-md border border-line p-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-medium">{title}</h3>
        <span className="flex gap-2">
          <Button size="sm" onClick={onChange}>
            {text.change}
          </Button>
          <Button
            size="sm"
            variant="ghost"
            busy={write.isPending}
            onClick={() =>
              write.mutate(
                { method: 'DELETE', path: `/apps/${app.id}` },
                { onSuccess: () => showToast({ tone: 'ok', title: text.removed(title) }) },
              )
            }
          >
            {text.remove}
          </Button>
        </span>
      </div>
      <p className="flex flex-wrap items-center gap-x-2 text-meta text-mut">
        <code className="break-all">{app.definition?.issuer ?? app.endpoints['tokenUrl']}</code>
        <CopyButton value={app.client_id} label={`Copy ${text.fields.client_id.label}`} />
      </p>
      <AddressToCopy label={text.redirect} value={redirectUri} />
    </li>
  );
}
