import { ConnectionsLoading } from '@/components/connections/connection-loading';
import { words } from '@/components/connections/words';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.title} />
      <ConnectionsLoading />
    </Page>
  );
}
