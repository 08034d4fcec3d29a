'use client';

import { Badge } from '@/components/ui/badge';
import { RelativeTime } from '@/components/ui/relative-time';
import type { MailRow } from '@/lib/mail/schema';
import { mailWords as text } from './mail-words';

const tones = { queued: 'accent', sent: 'ok', failed: 'bad', suppressed: 'warn' } as const;

/** What was sent lately, and why something was not. */
export function MailList({ mails }: { mails: MailRow[] }) {
  if (mails.length === 0) return <p className="px-4 py-3 text-mut">{text.none}</p>;
  return (
    <ul className="divide-y divide-line">
      {mails.map((mail) => (
        <li key={mail.id} className="flex flex-wrap items-center gap-3 px-4 py-3">
          <span className="min-w-0 flex-1 basis-60">
            <span className="block truncate">
              <span className="font-medium">{text.kinds[mail.kind] ?? mail.kind}</span>{' '}
              <span className="text-mut">{text.to(mail.recipient)}</span>
            </span>
            {mail.status !== 'sent' && mail.code && (
              <span className="block text-meta text-mut">
                {mail.detail ?? text.codeOf(mail.code)}
              </span>
            )}
            {mail.status === 'queued' && mail.attempts > 0 && (
              <span className="block text-meta text-mut">
                {text.again(mail.attempts)} <RelativeTime value={mail.retry_at} />
              </span>
            )}
          </span>
          <Badge tone={tones[mail.status]}>{text.statuses[mail.status]}</Badge>
          <span className="text-meta text-mut">
            <RelativeTime value={mail.ended_at ?? mail.created_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}
