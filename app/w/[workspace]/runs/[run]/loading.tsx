import { RunLoading } from '@/components/runs/run-loading';
import { words } from '@/components/runs/words';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';

export default function Loading() {
  return (
    <Page>
      <PageHeader title={words.one} />
      <RunLoading />
    </Page>
  );
}
