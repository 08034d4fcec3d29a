import type { Metadata } from 'next';
import { FlowsPage } from '@/components/flows/flows-page';
import { Hydrated } from '@/components/ui/hydrated';
import Loading from './loading';

export const metadata: Metadata = { title: 'Flows' };

export default function Page() {
  return (
    <Hydrated fallback={<Loading />}>
      <FlowsPage />
    </Hydrated>
  );
}
