'use client';

import { useUrlQuery } from '@/components/shell/use-url-query';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { BackToFlow } from './back-to-flow';
import { editorWords as text } from './editor-words';
import { Failure } from './failure';
import { FlowEditor } from './flow-editor';
import { EditorLoading } from './flow-loading';
import { useFlow } from './use-flows';
import { words } from './words';

/** A new flow; `?stream=` chooses its first side. */
export function NewFlowPage() {
  const [params] = useUrlQuery();
  return <FlowEditor flow={null} preset={params.getAll('stream').slice(0, 1)} />;
}

export function EditFlowPage({ id }: { id: string }) {
  const flow = useFlow(id);
  if (flow.data) return <FlowEditor key={id} flow={flow.data} preset={noPreset} />;
  return (
    <Page>
      <PageHeader title={text.edit} back={<BackToFlow flow={null} />} />
      {flow.error ? (
        <Failure title={words.oneFailed} error={flow.error} onRetry={() => void flow.refetch()} />
      ) : (
        <EditorLoading />
      )}
    </Page>
  );
}

const noPreset: string[] = [];
