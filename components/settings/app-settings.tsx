'use client';

import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy-button';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/panel';
import { ProviderMark } from '@/components/ui/provider-mark';
import type { App, ConnectorCard } from '@/lib/connections/schema';
import type { AppWebhook } from '@/lib/webhooks/schema';
import { AddressToCopy } from './address-to-copy';
import { AppForm } from './app-form';
import { AppWebhookForm } from './app-webhook-form';
import { FormAppPanel } from './form-app-panel';
import { Listed } from './listed';
import { useApps, useAppWebhooks, useConnectorCards } from './use-settings';
import { words } from './words';

/** The operator's OAuth clients: what to copy into the provider's console, and what to paste here. */
export function AppSettings() {
  const connectors = useConnectorCards();
  const apps = useApps();
  const hooks = useAppWebhooks();
  return (
    <Listed query={connectors} name="The connectors" empty={words.apps.none}>
      {(rows) => (
        <div className="grid max-w-3xl gap-4">
          {rows.filter(needsApp).map((connector) => {
            const own = apps.data?.data.filter((one) => one.connector === connector.name) ?? [];
            return connector.form_apps === null ? (
              <AppPanel
                key={connector.name}
                connector={connector}
                app={own[0]}
                hook={hooks.data?.data.find((one) => one.connector === connector.name)}
              />
            ) : (
              <FormAppPanel key={connector.name} connector={connector} apps={own} />
            );
          })}
        </div>
      )}
    </Listed>
  );
}

const needsApp = ({ auth }: ConnectorCard): boolean => auth.some(({ kind }) => kind === 'oauth2');

function AppPanel({
  connector,
  app,
  hook,
}: {
  connector: ConnectorCard;
  app: App | undefined;
  /** Only where webhooks are set up by hand. */
  hook: AppWebhook | undefined;
}) {
  const text = words.apps;
  return (
    <Panel
      title={
        <span className="flex items-center gap-2 text-ink">
          <ProviderMark name={connector.provider} size="sm" /> {connector.provider}
        </span>
      }
      aside={
        app ? (
          <Badge tone="ok">{app.is_preset ? text.preset : text.ready}</Badge>
        ) : (
          <Badge tone="warn">{text.missing}</Badge>
        )
      }
    >
      <div className="grid gap-5">
        {app?.is_preset && <Notice title={text.presetHint} />}
        {app && (
          <p className="flex flex-wrap items-center gap-x-2 text-mut">
            {text.inUse}
            <CopyButton full value={app.client_id} label={`Copy ${text.paste.id}`} />
          </p>
        )}
        <ol className="grid gap-5">
          <Step number={1} title={text.register.title}>
            <p className="text-mut">
              {text.register.body(connector.provider)}{' '}
              <a
                href={connector.console_url ?? undefined}
                target="_blank"
                rel="noreferrer"
                className="inline-flex items-center gap-1 text-accent underline decoration-accent/40 underline-offset-3 hover:decoration-accent"
              >
                {text.register.open(connector.provider)}
                <ExternalLink aria-hidden="true" className="size-3.5" />
              </a>
            </p>
          </Step>
          <Step number={2} title={text.copy.title}>
            <AddressToCopy label={text.copy.redirect} value={connector.redirect_uri} />
            {!hook && <RegisteredAddress url={connector.webhook_url} />}
          </Step>
          <Step number={3} title={text.paste.title}>
            <AppForm connector={connector} isReplacing={app !== undefined} />
          </Step>
          {app && hook && (
            <Step number={4} title={text.hook.title}>
              <AppWebhookForm provider={connector.provider} app={app} hook={hook} />
            </Step>
          )}
        </ol>
      </div>
    </Panel>
  );
}

/** Each stream registers an address below this one by itself. */
function RegisteredAddress({ url }: { url: string | null }) {
  const text = words.apps.copy;
  return url ? (
    <AddressToCopy label={text.webhook} value={url} />
  ) : (
    <p className="text-meta text-mut">{text.noWebhook}</p>
  );
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[1.5rem_minmax(0,1fr)] gap-x-3">
      <span
        aria-hidden="true"
        className="grid size-6 place-items-center rounded-full border border-line-2 bg-raise font-medium text-meta"
      >
        {number}
      </span>
      <div className="grid gap-2.5">
        <h3 className="font-medium leading-6">{title}</h3>
        {children}
      </div>
    </li>
  );
}
