import type { Metadata } from 'next';
import { ConnectionsPage } from '@/components/connections/connections-page';
import { Hydrated } from '@/components/ui/hydrated';
import Loading from './loading';

export const metadata: Metadata = { title: 'Connections' };

export default function Page() {
  return (
    <Hydrated fallback={<Loading />}>
      <ConnectionsPage />
    </Hydrated>
  );
}
