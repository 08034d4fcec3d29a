import type { Metadata } from 'next';
import { NewFlowPage } from '@/components/flows/editor-pages';
import { Hydrated } from '@/components/ui/hydrated';
import Loading from './loading';

export const metadata: Metadata = { title: 'New flow' };

export default function Page() {
  return (
    <Hydrated fallback={<Loading />}>
      <NewFlowPage />
    </Hydrated>
  );
}
