'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { workspaceSchema } from '@/lib/identity/schema';
import { callApi } from '@/lib/live/index';
import { words } from './words';

/** Accepts, then loads the workspace whole: the session has gained a membership. */
export function AcceptInvitation({ token }: { token: string }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function accept(): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      const workspace = await callApi('/invitations/accept', {
        method: 'POST',
        json: { token },
        schema: workspaceSchema,
      });
      globalThis.location.assign(`/w/${workspace.slug}`);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : null);
      setBusy(false);
    }
  }
  return (
    <>
      <Button
        variant="primary"
        size="lg"
        className="w-full"
        busy={isBusy}
        onClick={() => void accept()}
      >
        {words.accept}
      </Button>
      {problem !== null && (
        <Notice tone="bad" title={words.acceptFailed} className="mt-4" live>
          {problem}
        </Notice>
      )}
    </>
  );
}
