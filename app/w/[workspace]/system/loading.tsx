import { words } from '@/components/system/words';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { PanelSkeleton } from '@/components/ui/skeleton';

export default function Loading() {
  return (
    <Page width="narrow">
      <PageHeader title={words.title} />
      <PanelSkeleton label="Asking every part" lines={6} />
    </Page>
  );
}
