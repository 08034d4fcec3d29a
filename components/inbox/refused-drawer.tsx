'use client';

import { CopyButton } from '@/components/ui/copy-button';
import { Drawer } from '@/components/ui/drawer';
import { FactList } from '@/components/ui/fact-list';
import { formatBytes } from '@/components/ui/format-number';
import { JsonView } from '@/components/ui/json-view';
import { Notice } from '@/components/ui/notice';
import { RelativeTime } from '@/components/ui/relative-time';
import type { RefusedRequest } from '@/lib/webhooks/schema';
import { parsePayload } from './parse-payload';
import { reasonInWords, words } from './words';

const text = words.refused;

/** One request that was turned away: what is probably the matter, and what it held. */
export function RefusedDrawer({
  request,
  onClose,
}: {
  request: RefusedRequest;
  onClose: () => void;
}) {
  const isCut =
    request.body !== null &&
    request.body_bytes !== null &&
    new TextEncoder().encode(request.body).length < request.body_bytes;
  return (
    <Drawer
      open
      modal={false}
      size="lg"
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      title={reasonInWords(request.reason)}
      eyebrow={words.views.refused}
      footer={<CopyButton value={request.id} label="Copy its id" prefix="id" />}
    >
      <div className="grid gap-5">
        <Notice tone="warn" title={text.diagnosis}>
          {request.diagnosis ?? text.noDiagnosis}
        </Notice>
        <FactList
          facts={[
            { label: 'Received', value: <RelativeTime value={request.received_at} /> },
            { label: text.from, value: text.places[request.address_class] },
            { label: 'Method', value: <code>{request.method}</code> },
            {
              label: 'Size',
              value: request.body_bytes === null ? '–' : formatBytes(request.body_bytes),
            },
            {
              label: 'Address',
              value: <CopyButton value={request.endpoint_id} label="Copy the address’s id" />,
            },
          ]}
        />
        <div className="grid gap-2">
          <h3 className="font-semibold">{text.body}</h3>
          {request.body === null ? (
            <p className="text-mut">{text.notRead}</p>
          ) : (
            <JsonView
              value={parsePayload(request.body)}
              label={text.body}
              openDepth={2}
              copyText={request.body}
            />
          )}
          {isCut && <p className="text-dim text-meta">{text.cut}</p>}
        </div>
        <section className="grid gap-2" aria-label="Headers">
          <h3 className="font-semibold">Headers</h3>
          <FactList
            facts={Object.entries(request.headers).map(([label, value]) => ({
              label,
              value: <code className="break-all text-meta">{value}</code>,
            }))}
          />
        </section>
      </div>
    </Drawer>
  );
}
