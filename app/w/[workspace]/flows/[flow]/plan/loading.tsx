import { PlanLoading } from '@/components/flows/flow-loading';
import { planWords } from '@/components/flows/plan-words';
import { words } from '@/components/flows/words';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';

export default function Loading() {
  return (
    <Page>
      <PageHeader title={planWords.title} back={words.one} />
      <PlanLoading />
    </Page>
  );
}
