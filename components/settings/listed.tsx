'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState } from '@/components/ui/error-state';
import { ListSkeleton } from '@/components/ui/skeleton';
import { ApiProblem } from '@/lib/live/index';

interface ListedProps<Row> {
  query: UseQueryResult<{ data: Row[] }>;
  /** What is listed: "The members". */
  name: string;
  empty: ReactNode;
  children: (rows: Row[]) => ReactNode;
}

/** A list in its four faces. */
export function Listed<Row>({ query, name, empty, children }: ListedProps<Row>) {
  if (query.error && !query.data) {
    return (
      <ErrorState
        title={`${name} could not be read`}
        onRetry={() => void query.refetch()}
        errorId={
          query.error instanceof ApiProblem ? (query.error.requestId ?? undefined) : undefined
        }
      >
        {query.error.message}
      </ErrorState>
    );
  }
  if (!query.data) return <ListSkeleton label={`${name} are loading`} />;
  if (query.data.data.length === 0) return <p className="p-4 text-mut">{empty}</p>;
  return <>{children(query.data.data)}</>;
}
