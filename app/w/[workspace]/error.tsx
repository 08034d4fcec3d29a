'use client';

import { ErrorState } from '@/components/ui/error-state';
import { Page } from '@/components/ui/page';

/** What broke stays inside the frame: the navigation goes on working. */
export default function WorkspaceError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <Page>
      <ErrorState heading="h1" title="This page has broken" onRetry={reset} errorId={error.digest}>
        It has been noted. Try again; if it stays broken, the id finds the line in the log.
      </ErrorState>
    </Page>
  );
}
