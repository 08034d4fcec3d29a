'use client';

import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy-button';
import { formatCount } from '@/components/ui/format-number';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/panel';
import { ProgressBar } from '@/components/ui/progress-bar';
import { RelativeTime } from '@/components/ui/relative-time';
import type { KeyClassState } from '@/lib/security/schema';
import { Listed } from './listed';
import { useKeys } from './use-settings';
import { words } from './words';

const text = words.keys;

/** Which keys there are by name, what is sealed to each, and how far sealing anew has come. */
export function KeySettings() {
  const keys = useKeys();
  return (
    <div className="grid gap-4">
      <Listed query={keys} name="The keys" empty={text.none}>
        {(classes) => classes.map((state) => <KeyClass key={state.class} state={state} />)}
      </Listed>
      <p className="text-mut">{text.how}</p>
    </div>
  );
}

export function KeyClass({ state }: { state: KeyClassState }) {
  const about = text.about[state.class];
  return (
    <Panel title={about.title}>
      <div className="grid gap-3">
        <p className="text-mut">{about.body}</p>
        <Progress state={state} />
        {state.keys.length === 0 ? (
          <p className="text-mut">{text.none}</p>
        ) : (
          <ul className="divide-y divide-line">
            {state.keys.map((key) => (
              <KeyLine key={key.key_id} known={key} />
            ))}
          </ul>
        )}
        {state.keys.some((key) => !key.is_held && key.sealed > 0) && (
          <Notice tone="bad">{text.missingHint}</Notice>
        )}
        {state.keys.some((key) => key.may_go) && <Notice tone="ok">{text.mayGoHint}</Notice>}
      </div>
    </Panel>
  );
}

function Progress({ state: { present, rotation } }: { state: KeyClassState }) {
  if (present.length > 1) return <Notice tone="warn">{text.waiting}</Notice>;
  if (!rotation) return null;
  return (
    <>
      {rotation.status === 'running' && (
        <ProgressBar
          label={text.progress}
          done={rotation.done}
          total={rotation.total}
          unit={text.progressUnit}
        />
      )}
      {rotation.finished_at !== null && (
        <p className="text-mut">
          {formatCount(rotation.done)} {text.progressUnit},{' '}
          <RelativeTime value={rotation.finished_at} />
        </p>
      )}
      {rotation.refused > 0 && <Notice tone="warn">{text.refused(rotation.refused)}</Notice>}
    </>
  );
}

function KeyLine({ known }: { known: KeyClassState['keys'][number] }) {
  return (
    <li className="flex flex-wrap items-center gap-3 py-2">
      <span className="min-w-0 flex-1">
        <CopyButton
          value={known.key_id}
          label="Copy the key’s name"
          className="-ml-1.5 text-body text-ink"
        />
      </span>
      <span className="tabular-nums text-mut">
        {formatCount(known.sealed)} {text.progressUnit}
      </span>
      <StateBadge known={known} />
    </li>
  );
}

function StateBadge({ known }: { known: KeyClassState['keys'][number] }) {
  if (known.is_present) return <Badge tone="ok">{text.present}</Badge>;
  if (!known.is_held)
    return <Badge tone={known.sealed > 0 ? 'bad' : 'neutral'}>{text.missing}</Badge>;
  return (
    <Badge tone={known.may_go ? 'accent' : 'warn'}>{known.may_go ? text.mayGo : text.held}</Badge>
  );
}
