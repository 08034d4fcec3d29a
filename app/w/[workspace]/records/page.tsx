import type { Metadata } from 'next';
import { RecordsPage } from '@/components/records/records-page';
import { Hydrated } from '@/components/ui/hydrated';
import Loading from './loading';

export const metadata: Metadata = { title: 'Records' };

export default function Page() {
  return (
    <Hydrated fallback={<Loading />}>
      <RecordsPage />
    </Hydrated>
  );
}
