import { words } from '@/components/conflicts/words';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { ListSkeleton } from '@/components/ui/skeleton';

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.title} />
      <ListSkeleton label={words.loading} rows={6} />
    </Page>
  );
}
