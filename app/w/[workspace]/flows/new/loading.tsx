import { editorWords } from '@/components/flows/editor-words';
import { EditorLoading } from '@/components/flows/flow-loading';
import { words } from '@/components/flows/words';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';

export default function Loading() {
  return (
    <Page>
      <PageHeader title={editorWords.add} back={words.title} />
      <EditorLoading />
    </Page>
  );
}
