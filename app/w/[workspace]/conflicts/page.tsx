import type { Metadata } from 'next';
import { ConflictsPage } from '@/components/conflicts/conflicts-page';
import { Hydrated } from '@/components/ui/hydrated';
import Loading from './loading';

export const metadata: Metadata = { title: 'Conflicts' };

export default function Page() {
  return (
    <Hydrated fallback={<Loading />}>
      <ConflictsPage />
    </Hydrated>
  );
}
