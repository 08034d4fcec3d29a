import { ErrorState } from '@/components/ui/error-state';
import { ApiProblem } from '@/lib/live/index';

/** What could not be read, with the id that finds it in the log. */
export function Failure({
  title,
  error,
  onRetry,
}: {
  title: string;
  error: Error;
  onRetry: () => void;
}) {
  return (
    <ErrorState
      title={title}
      onRetry={onRetry}
      errorId={error instanceof ApiProblem ? (error.requestId ?? undefined) : undefined}
    >
      {error.message}
    </ErrorState>
  );
}
