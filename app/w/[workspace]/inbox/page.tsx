import type { Metadata } from 'next';
import { InboxPage } from '@/components/inbox/inbox-page';
import { Hydrated } from '@/components/ui/hydrated';
import Loading from './loading';

export const metadata: Metadata = { title: 'Inbox' };

export default function Page() {
  return (
    <Hydrated fallback={<Loading />}>
      <InboxPage />
    </Hydrated>
  );
}
