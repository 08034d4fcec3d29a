'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import { type StreamPreview, streamPreviewSchema } from '@/lib/connections/schema';
import { type ApiProblem, callApi } from '@/lib/live/index';
import { streamSchema } from '@/lib/sync/schema';
import { emptyDraft, type StreamDraft, toDefinition, toEventDefinition } from './stream-draft';

/** The form's state, its trial at the service, and the stream made of it. */
export function useDefineStream(
  { connectionId, isListening }: { connectionId: string; isListening: boolean },
  resource: string,
  onMade: () => void,
) {
  const { workspace } = useSession();
  const [draft, setDraft] = useState<StreamDraft>(emptyDraft);
  const definition = () => (isListening ? toEventDefinition(draft) : toDefinition(draft));
  const preview = useMutation<StreamPreview, ApiProblem>({
    mutationFn: () =>
      callApi(`/connections/${connectionId}/preview`, {
        method: 'POST',
        json: { resource, definition: definition() },
        schema: streamPreviewSchema,
      }),
  });
  const make = useMutation<unknown, ApiProblem>({
    mutationFn: () =>
      callApi('/streams', {
        method: 'POST',
        query: { workspace_id: workspace.id },
        json: { connection_id: connectionId, resource, definition: definition() },
        schema: streamSchema,
      }),
    onSuccess: () => {
      setDraft(emptyDraft);
      onMade();
    },
  });
  const problem = make.error ?? preview.error;
  const faultAt = (field: string): string | undefined =>
    problem?.errors.find((fault) => fault.field === `definition.${field}`)?.reason;
  return {
    draft,
    preview,
    make,
    problem,
    faultAt,
    /** What was tried was another definition; it says nothing of this one. */
    change: (part: Partial<StreamDraft>) => {
      preview.reset();
      make.reset();
      setDraft((present) => ({ ...present, ...part }));
    },
  };
}

export type DefineStream = ReturnType<typeof useDefineStream>;
