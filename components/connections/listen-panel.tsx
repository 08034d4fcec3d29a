'use client';

import { useState } from 'react';
import { AddressToCopy } from '@/components/settings/address-to-copy';
import { useMay } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ErrorState } from '@/components/ui/error-state';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { ListSkeleton } from '@/components/ui/skeleton';
import { Switch } from '@/components/ui/switch';
import { showToast } from '@/components/ui/toaster';
import type { ListeningState } from '@/lib/webhooks/schema';
import { BroughtSecret } from './brought-secret';
import { SecretField } from './listen-form';
import { ListenMade } from './listen-made';
import { listenWords } from './listen-words';
import { useListening, useRotateSecret } from './use-listening';

const text = listenWords.panel;

/** Where the service posts to, whether something that holds has come, and its secret. */
export function ListenPanel({ connectionId }: { connectionId: string }) {
  const listening = useListening(connectionId);
  const mayRotate = useMay('admin');
  if (listening.error) {
    return (
      <ErrorState title={text.title} onRetry={() => void listening.refetch()}>
        {listening.error.message}
      </ErrorState>
    );
  }
  if (!listening.data) return <ListSkeleton label={text.title} />;
  const state = listening.data;
  const isProven = state.proves !== 'nothing';
  return (
    <Panel
      title={text.title}
      aside={
        <span className="flex gap-2">
          {!isProven && <Badge tone="warn">{text.unverified}</Badge>}
          <Badge tone={state.status === 'active' ? 'ok' : 'neutral'}>
            {text.states[state.status]}
          </Badge>
        </span>
      }
    >
      <div className="grid gap-3" aria-live="polite">
        {state.unavailable !== null && <Notice tone="warn" title={state.unavailable} />}
        {!isProven && (
          <Notice tone="warn" title={listenWords.nothing.title}>
            {listenWords.nothing.body}
          </Notice>
        )}
        {state.url !== null && state.status !== 'removed' && (
          <AddressToCopy label={text.url} value={state.url} />
        )}
        {state.status === 'waiting' && <p className="text-mut">{text.waiting}</p>}
        {state.brings_secret && mayRotate && state.status === 'waiting' && (
          <BroughtSecret connectionId={connectionId} />
        )}
        {state.last_received_at !== null && (
          <p className="text-mut">
            {text.last} <RelativeTime value={state.last_received_at} />
          </p>
        )}
        {state.former_until !== null && (
          <p className="text-mut">
            {text.former} <RelativeTime value={state.former_until} />
          </p>
        )}
        {isProven && mayRotate && state.status !== 'removed' && (
          <RotateSecret connectionId={connectionId} state={state} />
        )}
      </div>
    </Panel>
  );
}

function RotateSecret({ connectionId, state }: { connectionId: string; state: ListeningState }) {
  const rotate = useRotateSecret(connectionId);
  const [isOpen, setOpen] = useState(false);
  const [secret, setSecret] = useState('');
  const [isAtOnce, setAtOnce] = useState(false);
  const toggle = (open: boolean) => {
    rotate.reset();
    setSecret('');
    setAtOnce(false);
    setOpen(open);
  };
  const save = () =>
    rotate.mutate(
      { is_at_once: isAtOnce, ...(secret.trim() === '' ? {} : { secret }) },
      {
        onSuccess: (made) => {
          showToast({ tone: 'ok', title: text.saved });
          if (made.secret === null) toggle(false);
        },
      },
    );
  return (
    <>
      <div>
        <Button size="sm" onClick={() => setOpen(true)}>
          {text.rotate}
        </Button>
      </div>
      <Dialog open={isOpen} onOpenChange={toggle} title={text.rotate} description={text.rotateHint}>
        {rotate.data ? (
          <ListenMade made={rotate.data} onDone={() => toggle(false)} />
        ) : (
          <form
            className="grid gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              save();
            }}
          >
            <SecretField
              label={state.secret_label}
              canMake={state.can_make_secret}
              value={secret}
              error={rotate.error?.errors.find(({ field }) => field === 'secret')?.reason}
              onChange={setSecret}
            />
            <Switch checked={isAtOnce} onCheckedChange={setAtOnce} label={text.atOnce} />
            {rotate.error && (
              <Notice tone="bad" title={text.failed} live>
                {rotate.error.message}
              </Notice>
            )}
            <div>
              <Button
                type="submit"
                variant="primary"
                busy={rotate.isPending}
                disabled={!state.can_make_secret && secret.trim() === ''}
              >
                {text.save}
              </Button>
            </div>
          </form>
        )}
      </Dialog>
    </>
  );
}
