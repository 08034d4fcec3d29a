import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Suspense } from 'react';
import { ConnectionPage } from '@/components/connections/connection-page';
import { isUuid } from '@/lib/core/index';

export const metadata: Metadata = { title: 'Connection' };

export default async function Page({ params }: { params: Promise<{ connection: string }> }) {
  const { connection } = await params;
  if (!isUuid(connection)) notFound();
  return (
    <Suspense>
      <ConnectionPage id={connection} />
    </Suspense>
  );
}
