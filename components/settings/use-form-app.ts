'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import {
  type App,
  appSchema,
  type FormAppInput,
  type FormCheck,
  formCheckSchema,
} from '@/lib/connections/schema';
import { type ApiProblem, callApi } from '@/lib/live/index';
import { draftOf, type FormAppDraft, isComplete, placeOf, slugOf, toInput } from './form-app-draft';

/** The form's state, what its service says of itself, and the app made of it. */
export function useFormApp(connector: string, app: App | null, onSaved: (app: App) => void) {
  const { workspace } = useSession();
  const client = useQueryClient();
  const [draft, setDraft] = useState<FormAppDraft>(() => draftOf(app));
  /** What was last left as typed; the service is asked about that and not about every letter. */
  const [settled, setSettled] = useState<FormAppDraft>(draft);
  const place = placeOf(settled);
  const slug = settled.slug || 'new';
  const check = useQuery<FormCheck, ApiProblem>({
    queryKey: ['form_check', workspace.id, connector, slug, place],
    enabled: place !== null,
    retry: false,
    queryFn: ({ signal }) =>
      callApi(`/form-apps/${connector}/${slug}/check`, {
        method: 'POST',
        query: { workspace_id: workspace.id },
        json: place,
        schema: formCheckSchema,
        signal,
      }),
  });
  const save = useMutation<App, ApiProblem, { slug: string; input: FormAppInput }>({
    mutationFn: (made) =>
      callApi(`/form-apps/${connector}/${made.slug}`, {
        method: 'PUT',
        query: { workspace_id: workspace.id },
        json: made.input,
        schema: appSchema,
      }),
    // The secret is not kept in the cache of mutations.
    gcTime: 0,
    onSuccess: (saved) => {
      for (const name of ['apps', 'connectors', 'audit']) {
        void client.invalidateQueries({ queryKey: [name] });
      }
      onSaved(saved);
    },
  });
  return {
    draft,
    check,
    save,
    isComplete: isComplete(draft),
    settle: () => setSettled(draft),
    change: (part: Partial<FormAppDraft>) => {
      save.reset();
      setDraft((present) => ({
        ...present,
        // The short name follows the name until the app exists.
        ...(part.title !== undefined && app === null ? { slug: slugOf(part.title) } : {}),
        ...part,
      }));
    },
    submit: () => {
      const now = placeOf(draft);
      if (now && isComplete(draft)) save.mutate({ slug: draft.slug, input: toInput(draft, now) });
    },
    faultAt: (field: string): string | undefined =>
      save.error?.errors.find((fault) => fault.field === field)?.reason ??
      check.data?.addresses.find(({ name }) => name === field)?.fault ??
      undefined,
  };
}

export type FormAppState = ReturnType<typeof useFormApp>;
