'use client';

import { useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { buttonLook } from '@/components/ui/button-look';
import { ErrorState } from '@/components/ui/error-state';
import { FactList } from '@/components/ui/fact-list';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { ListSkeleton } from '@/components/ui/skeleton';
import { showToast } from '@/components/ui/toaster';
import { type MailOverview, queuedMailSchema } from '@/lib/mail/schema';
import { MailList } from './mail-list';
import { mailWords as text } from './mail-words';
import { useMail, useWrite } from './use-settings';

/** How mail leaves, what became of it, and to whom none is sent any more. */
export function MailSettings() {
  const mail = useMail();
  if (mail.error && !mail.data) {
    return (
      <ErrorState title={text.failed} onRetry={() => void mail.refetch()}>
        {mail.error.message}
      </ErrorState>
    );
  }
  if (!mail.data) return <ListSkeleton label={text.reading} rows={4} />;
  return (
    <div className="grid gap-4">
      <Transport mail={mail.data} />
      {mail.data.suppressions.length > 0 && <Suppressions rows={mail.data.suppressions} />}
      <Panel title={text.recent} padding="flush">
        <MailList mails={mail.data.mails} />
      </Panel>
    </div>
  );
}

function Transport({ mail }: { mail: MailOverview }) {
  const { info } = useSession();
  const write = useWrite();
  if (mail.transport === null) {
    return (
      <Notice tone="warn" title={text.off}>
        {text.offBody}
      </Notice>
    );
  }
  const test = () =>
    write.mutate(
      { method: 'POST', path: '/mail/test', schema: queuedMailSchema },
      {
        onSuccess: (answer) => {
          const { status, code } = queuedMailSchema.parse(answer);
          if (status === 'queued') {
            showToast({ tone: 'ok', title: text.testQueued(info.user.email) });
          } else {
            showToast({ tone: 'bad', title: text.testRefused, description: text.codeOf(code) });
          }
        },
      },
    );
  const { queued, sent, failed, suppressed } = mail.counts;
  return (
    <Panel
      title={text.title}
      aside={
        <span className="flex gap-2">
          {mail.transport === 'sandbox' && (
            <a href="/sandbox/mail" className={buttonLook('secondary', 'sm')}>
              {text.mailbox}
            </a>
          )}
          <Button size="sm" busy={write.isPending} onClick={test}>
            {text.test}
          </Button>
        </span>
      }
    >
      <FactList
        facts={[
          { label: text.way, value: text.ways[mail.transport] },
          ...(mail.from ? [{ label: text.from, value: mail.from }] : []),
          { label: text.day, value: text.counts(sent, queued, failed, suppressed) },
          {
            label: text.lastFailure,
            value: mail.last_failure ? (
              <>
                {text.codeOf(mail.last_failure.code)} ·{' '}
                <RelativeTime value={mail.last_failure.at} />
              </>
            ) : (
              text.noFailure
            ),
          },
        ]}
      />
    </Panel>
  );
}

function Suppressions({ rows }: { rows: MailOverview['suppressions'] }) {
  const write = useWrite();
  return (
    <Panel title={text.suppressed} padding="flush">
      <ul className="divide-y divide-line">
        {rows.map((row) => (
          <li key={row.id} className="flex flex-wrap items-center gap-3 px-4 py-3">
            <span className="min-w-0 flex-1 basis-60">
              <span className="block truncate font-medium">{row.address}</span>
              <span className="block text-meta text-mut">
                {row.detail} · <RelativeTime value={row.at} />
              </span>
            </span>
            <Button
              size="sm"
              onClick={() =>
                write.mutate({ method: 'DELETE', path: `/mail/suppressions/${row.id}` })
              }
            >
              {text.lift}
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
