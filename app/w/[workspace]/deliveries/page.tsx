import type { Metadata } from 'next';
import { DeliveriesPage } from '@/components/deliveries/deliveries-page';
import { Hydrated } from '@/components/ui/hydrated';
import Loading from './loading';

export const metadata: Metadata = { title: 'Deliveries' };

export default function Page() {
  return (
    <Hydrated fallback={<Loading />}>
      <DeliveriesPage />
    </Hydrated>
  );
}
