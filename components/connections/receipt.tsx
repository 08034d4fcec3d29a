'use client';

import { z } from 'zod';
import { Panel } from '@/components/ui/panel';
import { RelativeTime } from '@/components/ui/relative-time';
import { type Step, StepList } from '@/components/ui/step-list';
import type { Connection } from '@/lib/connections/schema';
import { words } from './words';

/** The part of the receipt that is told in words; the rest is for the log. */
const receiptSchema = z.object({
  disconnected_at: z.string(),
  revocation: z.string(),
  revocation_detail: z.string().optional(),
  webhooks: z.record(z.string(), z.number()).optional(),
});
type ReceiptData = z.infer<typeof receiptSchema>;

function stepsOf(receipt: ReceiptData, service: string): Step[] {
  const text = words.receipt;
  const removed = receipt.webhooks?.['removed'] ?? 0;
  const left =
    Object.values(receipt.webhooks ?? {}).reduce((sum, count) => sum + count, 0) - removed;
  return [
    { id: 'stopped', title: text.stopped, state: 'done' },
    left > 0
      ? { id: 'webhooks', title: text.webhooksLeft(left), state: 'failed' }
      : { id: 'webhooks', title: text.webhooks(removed), state: removed > 0 ? 'done' : 'skipped' },
    receipt.revocation === 'failed' || receipt.revocation === 'unsupported'
      ? {
          id: 'revoked',
          title: text.notRevoked(service),
          detail: receipt.revocation_detail,
          state: 'failed',
        }
      : {
          id: 'revoked',
          title: text.revoked(service),
          detail: receipt.revocation === 'already_invalid' ? text.wasInvalid : undefined,
          state: 'done',
        },
    { id: 'erased', title: text.erased, state: 'done' },
    { id: 'kept', title: text.kept, state: 'done' },
  ];
}

/** What was ended at the disconnection, and what could not be. */
export function Receipt({ connection, service }: { connection: Connection; service: string }) {
  const receipt = receiptSchema.safeParse(connection.receipt);
  if (!receipt.success) return null;
  return (
    <Panel
      title={words.receipt.title}
      aside={<RelativeTime value={receipt.data.disconnected_at} />}
    >
      <StepList label={words.receipt.title} steps={stepsOf(receipt.data, service)} />
    </Panel>
  );
}
