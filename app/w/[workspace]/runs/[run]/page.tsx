import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { RunPage } from '@/components/runs/run-page';
import { Hydrated } from '@/components/ui/hydrated';
import { isUuid } from '@/lib/core/index';
import Loading from './loading';

export const metadata: Metadata = { title: 'Run' };

export default async function Page({ params }: { params: Promise<{ run: string }> }) {
  const { run } = await params;
  if (!isUuid(run)) notFound();
  return (
    <Hydrated fallback={<Loading />}>
      <RunPage id={run} />
    </Hydrated>
  );
}
