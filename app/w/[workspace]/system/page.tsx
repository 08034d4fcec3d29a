import type { Metadata } from 'next';
import { SystemPage } from '@/components/system/system-page';
import { Hydrated } from '@/components/ui/hydrated';
import Loading from './loading';

export const metadata: Metadata = { title: 'System' };

export default function Page() {
  return (
    <Hydrated fallback={<Loading />}>
      <SystemPage />
    </Hydrated>
  );
}
