import { words } from '@/components/deliveries/words';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { TableSkeleton } from '@/components/ui/skeleton';

export default function Loading() {
  return (
    <Page fill>
      <PageHeader title={words.title} />
      <TableSkeleton label="The deliveries are loading" rows={18} columns={5} />
    </Page>
  );
}
