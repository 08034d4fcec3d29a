'use client';

import { ExternalLink } from 'lucide-react';
import { useProviderName } from '@/components/shell/use-provider-name';
import { CopyButton } from '@/components/ui/copy-button';
import { Drawer } from '@/components/ui/drawer';
import { ErrorState } from '@/components/ui/error-state';
import { PanelSkeleton } from '@/components/ui/skeleton';
import { Tabs } from '@/components/ui/tabs';
import { useRecord } from '@/lib/live/index';
import { OtherFields } from './other-fields';
import { RecordFields } from './record-fields';
import { RecordJourney } from './record-journey';
import { RecordMaking } from './record-making';
import { RecordRaw } from './record-raw';
import { RecordText } from './record-text';
import { Unreadable } from './unreadable';
import { UnsaidNames } from './unsaid-names';
import { headingOf, showKey } from './values';
import type { RecordView } from './view-state';
import { words } from './words';

interface RecordDrawerProps {
  id: string;
  tab: string;
  onTab: (tab: string) => void;
  onClose: () => void;
  onFilter: (change: Partial<RecordView>) => void;
}

/** One record: where it lives, how far edits got, its fields, its history. */
export function RecordDrawer({ id, tab, onTab, onClose, onFilter }: RecordDrawerProps) {
  const { row, confirmed, pending, error, refetch } = useRecord(id);
  const nameOf = useProviderName();
  const link = row?.links[0];
  return (
    <Drawer
      open
      modal={false}
      size="md"
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={(row && headingOf(row)) || 'Record'}
      eyebrow={
        link
          ? `${nameOf(link.connector)}${link.external_key ? ` ${showKey(link.external_key)}` : ''}`
          : undefined
      }
      footer={
        row && (
          <>
            {row.links.map((one) =>
              one.url ? (
                <a
                  key={one.id}
                  href={one.url}
                  target="_blank"
                  rel="noreferrer"
                  className="inline-flex h-8 items-center gap-2 rounded-md border border-line-2 px-3 font-medium hover:bg-hover"
                >
                  Open in {nameOf(one.connector)}
                  <ExternalLink aria-hidden="true" className="size-3.5" />
                </a>
              ) : null,
            )}
            <CopyButton value={id} label="Copy record id" prefix="id" />
          </>
        )
      }
    >
      {error && !row ? (
        <ErrorState title={words.failed} onRetry={refetch}>
          {error.message}
        </ErrorState>
      ) : !row || !confirmed ? (
        <PanelSkeleton label="The record is loading" lines={6} />
      ) : (
        <>
          <RecordMaking row={row} />
          <Unreadable links={row.links} />
          <UnsaidNames links={row.links} />
          <Tabs
            label="Parts of the record"
            value={tab}
            onValueChange={onTab}
            items={[
              {
                value: 'journey',
                label: 'Journey',
                content: <RecordJourney row={confirmed} pending={pending} />,
              },
              { value: 'text', label: 'Text', content: <RecordText row={row} /> },
              {
                value: 'fields',
                label: 'Fields',
                content:
                  row.kind === 'task' ? (
                    <RecordFields row={row} onFilter={onFilter} />
                  ) : (
                    <OtherFields row={row} />
                  ),
              },
              { value: 'raw', label: 'Data', content: <RecordRaw row={row} /> },
            ]}
          />
        </>
      )}
    </Drawer>
  );
}
