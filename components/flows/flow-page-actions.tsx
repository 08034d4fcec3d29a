'use client';

import { Eye, Pause, Play, SlidersHorizontal, Trash2 } from 'lucide-react';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useMay, useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { LinkButton } from '@/components/ui/link-button';
import { useShortcut } from '@/components/ui/use-shortcut';
import type { Flow } from '@/lib/flows/schema';
import { useFlowActs } from './flow-actions';
import { words } from './words';

/** What can be done with a flow; `e` leads to its mapping. */
export function FlowPageActions({ flow }: { flow: Flow }) {
  const { home } = useSession();
  const router = useRouter();
  const mayEdit = useMay('editor');
  const { ask, dialog } = useFlowActs(flow, () => router.push(`${home}/flows` as Route));
  const at = `${home}/flows/${flow.id}`;
  useShortcut('e', () => router.push(`${at}/edit` as Route), { enabled: mayEdit });
  const preview = (
    <LinkButton
      href={`${at}/plan` as Route}
      variant={flow.status === 'draft' ? 'primary' : 'secondary'}
      icon={<Eye aria-hidden="true" />}
    >
      {words.actions.plan}
    </LinkButton>
  );
  if (!mayEdit) return preview;
  return (
    <>
      <IconButton
        label={words.actions.remove}
        icon={<Trash2 aria-hidden="true" />}
        onClick={() => ask('remove')}
      />
      {flow.status === 'live' && (
        <Button icon={<Pause aria-hidden="true" />} onClick={() => ask('pause')}>
          {words.actions.pause}
        </Button>
      )}
      {flow.status === 'paused' && (
        <Button variant="primary" icon={<Play aria-hidden="true" />} onClick={() => ask('resume')}>
          {words.actions.resume}
        </Button>
      )}
      <LinkButton href={`${at}/edit` as Route} icon={<SlidersHorizontal aria-hidden="true" />}>
        {words.actions.edit}
      </LinkButton>
      {preview}
      {dialog}
    </>
  );
}
