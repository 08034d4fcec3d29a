import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { EditFlowPage } from '@/components/flows/editor-pages';
import { Hydrated } from '@/components/ui/hydrated';
import { isUuid } from '@/lib/core/index';
import Loading from './loading';

export const metadata: Metadata = { title: 'Mapping and sides' };

export default async function Page({ params }: { params: Promise<{ flow: string }> }) {
  const { flow } = await params;
  if (!isUuid(flow)) notFound();
  return (
    <Hydrated fallback={<Loading />}>
      <EditFlowPage id={flow} />
    </Hydrated>
  );
}
