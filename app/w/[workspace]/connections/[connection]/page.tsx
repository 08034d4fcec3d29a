import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ConnectionPage } from '@/components/connections/connection-page';
import { Hydrated } from '@/components/ui/hydrated';
import { isUuid } from '@/lib/core/index';
import Loading from './loading';

export const metadata: Metadata = { title: 'Connection' };

export default async function Page({ params }: { params: Promise<{ connection: string }> }) {
  const { connection } = await params;
  if (!isUuid(connection)) notFound();
  return (
    <Hydrated fallback={<Loading />}>
      <ConnectionPage id={connection} />
    </Hydrated>
  );
}
