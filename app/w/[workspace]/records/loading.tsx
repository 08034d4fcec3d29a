import { words } from '@/components/records/words';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { TableSkeleton } from '@/components/ui/skeleton';

export default function Loading() {
  return (
    <Page fill>
      <PageHeader title={words.title} />
      <TableSkeleton label="Records are loading" rows={18} columns={6} />
    </Page>
  );
}
