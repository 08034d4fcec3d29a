'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { SegmentedControl } from '@/components/ui/segmented-control';
import type { ConnectorCard } from '@/lib/connections/schema';
import { DefineEvents } from './define-events';
import { DefineFields, DefineList } from './define-fields';
import { DefinePreview } from './define-preview';
import { defineWords } from './define-words';
import { listenWords } from './listen-words';
import { useDefineStream } from './use-define-stream';
import { words } from './words';

const text = defineWords;

interface DefineDialogProps {
  connectionId: string;
  resources: ConnectorCard['resources'];
  /** Its records come of events and not of lists. */
  isListening: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Says what stands where in a JSON API, tries it, and keeps it in step. */
export function DefineDialog(props: DefineDialogProps) {
  const { resources, isListening, open, onOpenChange } = props;
  const { workspace } = useSession();
  const client = useQueryClient();
  const [name, setName] = useState<string | null>(null);
  const resource = resources.find((one) => one.name === name) ?? resources[0];
  const form = useDefineStream(props, resource?.name ?? '', () => {
    for (const key of ['streams', 'runs', 'connections']) {
      void client.invalidateQueries({ queryKey: [key, workspace.id] });
    }
    onOpenChange(false);
  });
  if (!resource) return null;
  const { preview, make, problem } = form;
  const isNamed = problem?.errors.some(({ field }) => field.startsWith('definition.')) ?? false;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={text.title}
      description={isListening ? listenWords.define.hint : text.hint}
      size="lg"
      footer={
        <>
          <Button busy={preview.isPending} onClick={() => preview.mutate()}>
            {text.tryIt}
          </Button>
          <Button variant="primary" busy={make.isPending} onClick={() => make.mutate()}>
            {words.scopes.add}
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-1 gap-5">
        <SegmentedControl
          label={words.scopes.resource}
          value={resource.name}
          onValueChange={(next) => {
            form.change({ fields: {} });
            setName(next);
          }}
          segments={resources.map((one) => ({ value: one.name, label: one.title }))}
        />
        {isListening ? <DefineEvents form={form} /> : <DefineList form={form} />}
        <DefineFields form={form} kind={resource.kind} />
        {problem && (
          <Notice tone="bad" title={isNamed ? text.faulty : problem.message} live>
            {problem.errors.map(({ field, reason }) => (
              <p key={field}>
                <code>{field.replace(/^definition\./, '')}</code> {reason}
              </p>
            ))}
          </Notice>
        )}
        {preview.data && <DefinePreview preview={preview.data} isListening={isListening} />}
      </div>
    </Dialog>
  );
}
