'use client';

import { CopyButton } from '@/components/ui/copy-button';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { Listed } from './listed';
import { useAudit } from './use-settings';
import { words } from './words';

/** Who did what to the workspace, newest first; the code beside it is the one of the API. */
export function AuditLog() {
  const audit = useAudit();
  return (
    <Panel label={words.tabs.audit} padding="flush">
      <Listed query={audit} name="The entries" empty={words.audit.none}>
        {(rows) => (
          <ul className="divide-y divide-line">
            {rows.map((row) => (
              <li
                key={row.id}
                className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-4 py-2 md:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)_auto_5rem]"
              >
                <span className="min-w-0">
                  <strong className="font-medium">
                    {row.actor?.name ?? row.actor?.email ?? 'Patchbay'}
                  </strong>{' '}
                  <span className="text-mut">{words.audit.actions[row.action] ?? row.action}</span>
                </span>
                <code className="truncate text-dim text-meta max-md:order-3">{row.action}</code>
                <span className="max-md:order-4">
                  {row.subject && <CopyButton value={row.subject} label="Copy subject" />}
                </span>
                <RelativeTime value={row.at} className="text-right text-dim text-meta" />
              </li>
            ))}
          </ul>
        )}
      </Listed>
    </Panel>
  );
}
