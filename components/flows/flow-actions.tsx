'use client';

import { useState } from 'react';
import { z } from 'zod';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { showToast } from '@/components/ui/toaster';
import { type Flow, flowSchema } from '@/lib/flows/schema';
import { useFlowWrite } from './use-flows';
import { words } from './words';

export type FlowAct = 'pause' | 'resume' | 'remove';

/** Which act is asked about, and the dialog that asks. */
export function useFlowActs(flow: Flow, onRemoved?: () => void) {
  const [asked, ask] = useState<FlowAct | null>(null);
  const dialog = asked && (
    <FlowActDialog
      key={asked}
      flow={flow}
      act={asked}
      onClose={() => ask(null)}
      {...(onRemoved ? { onRemoved } : {})}
    />
  );
  return { ask, dialog };
}

function FlowActDialog({
  flow,
  act,
  onClose,
  onRemoved,
}: {
  flow: Flow;
  act: FlowAct;
  onClose: () => void;
  onRemoved?: () => void;
}) {
  const change = useFlowWrite(flowSchema, { quiet: true });
  const remove = useFlowWrite(z.unknown(), { quiet: true });
  const path = `/flows/${flow.id}`;
  const run = async () => {
    if (act === 'remove') {
      await remove.mutateAsync({ method: 'DELETE', path });
      showToast({ tone: 'ok', title: words.removed(flow.name) });
      onRemoved?.();
      return;
    }
    const status = act === 'pause' ? 'paused' : 'live';
    await change.mutateAsync({ method: 'PATCH', path, json: { status } });
    const said = act === 'pause' ? words.paused : words.resumed;
    showToast({ tone: 'ok', title: said(flow.name) });
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={words[act].title(flow.name)}
      action={words.actions[act]}
      danger={act === 'remove'}
      onConfirm={run}
    >
      {bodyOf(act, flow)}
    </ConfirmDialog>
  );
}

function bodyOf(act: FlowAct, flow: Flow): string {
  switch (act) {
    case 'pause':
      return words.pause.body(flow.joined);
    case 'resume':
      return words.resume.body;
    case 'remove':
      return words.remove.body(flow.joined, flow.owed);
  }
}
