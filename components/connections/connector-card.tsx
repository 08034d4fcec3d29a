'use client';

import { ArrowLeftRight, KeyRound } from 'lucide-react';
import type { Route } from 'next';
import { useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { LinkButton } from '@/components/ui/link-button';
import { ProviderMark } from '@/components/ui/provider-mark';
import { showToast } from '@/components/ui/toaster';
import type { AuthModeCard, ConnectorCard as Card } from '@/lib/connections/schema';
import { ConformanceBadge, ConformanceList } from './conformance-badge';
import { useAuthorize } from './use-connections';
import { words } from './words';

const text = words.catalogue;

interface ConnectorCardProps {
  connector: Card;
  /** A key or a password is going to be asked for. */
  onPaste: (mode: AuthModeCard) => void;
}

/** One service: what it can do, what that rests on, and the way in. */
export function ConnectorCard({ connector, onPaste }: ConnectorCardProps) {
  return (
    <li className="flex flex-wrap items-start gap-4 rounded-lg border border-line bg-panel p-4">
      <ProviderMark name={connector.provider} />
      <div className="min-w-0 flex-1 basis-60">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <h3 className="font-semibold">{connector.provider}</h3>
          <ConformanceBadge connector={connector} />
        </div>
        <p className="text-mut">{connector.summary}</p>
        <ul className="mt-2 grid gap-1 text-meta">
          {connector.resources.map((resource) => (
            <li key={resource.name} className="flex items-start gap-1.5">
              <ArrowLeftRight aria-hidden="true" className="mt-0.5 size-3.5 shrink-0 text-ok" />
              <span>
                <strong className="font-medium">{resource.title}</strong>{' '}
                <span className="text-mut">{text.can(resource.writable)}</span>
              </span>
            </li>
          ))}
        </ul>
        <ConformanceList connector={connector} />
        {connector.gaps.length > 0 && (
          <details className="mt-2 text-meta text-mut">
            <summary>{text.gaps}</summary>
            <ul className="mt-1 list-disc pl-5">
              {connector.gaps.map((gap) => (
                <li key={gap}>{gap}</li>
              ))}
            </ul>
          </details>
        )}
        {connector.app?.is_preset && <p className="mt-2 text-dim text-meta">{text.preset}</p>}
        {needsApp(connector) && <p className="mt-2 text-meta text-warn">{text.needsApp}</p>}
      </div>
      <div className="grid gap-2 max-sm:w-full">
        {connector.auth.map((mode) => (
          <Entrance key={mode.kind} connector={connector} mode={mode} onPaste={onPaste} />
        ))}
      </div>
    </li>
  );
}

const needsApp = ({ auth, app, form_apps }: Card): boolean =>
  app === null && (form_apps ?? []).length === 0 && auth.some(({ kind }) => kind === 'oauth2');

function Entrance({ connector, mode, onPaste }: ConnectorCardProps & { mode: AuthModeCard }) {
  const { home } = useSession();
  const authorize = useAuthorize((message) =>
    showToast({ tone: 'bad', title: 'Connecting did not start', description: message }),
  );
  const isFirst = connector.auth[0]?.kind === mode.kind;
  const variant = isFirst ? 'primary' : 'secondary';
  if (mode.kind !== 'oauth2') {
    return (
      <Button
        variant={variant}
        icon={<KeyRound aria-hidden="true" />}
        onClick={() => onPaste(mode)}
      >
        {text.enter[mode.kind]}
      </Button>
    );
  }
  const setUp = (
    <LinkButton href={`${home}/settings?tab=apps&connector=${connector.name}` as Route}>
      {text.setUp}
    </LinkButton>
  );
  if (connector.form_apps !== null) {
    return (
      <>
        {connector.form_apps.map(({ id, title }) => (
          <Button
            key={id}
            variant={variant}
            busy={authorize.variables?.app_id === id && !authorize.isError}
            onClick={() =>
              authorize.mutate({
                connector: connector.name,
                app_id: id,
                return_to: `${home}/connections`,
              })
            }
          >
            Connect {title}
          </Button>
        ))}
        {setUp}
      </>
    );
  }
  if (!connector.app) return setUp;
  return (
    <Button
      variant={variant}
      busy={authorize.isPending || authorize.isSuccess}
      onClick={() =>
        authorize.mutate({ connector: connector.name, return_to: `${home}/connections` })
      }
    >
      Connect {connector.provider}
    </Button>
  );
}
