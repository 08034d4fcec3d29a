import type { Metadata } from 'next';
import { BoardPage } from '@/components/board/board-page';
import { Hydrated } from '@/components/ui/hydrated';
import Loading from './loading';

export const metadata: Metadata = { title: 'Board' };

export default function Page() {
  return (
    <Hydrated fallback={<Loading />}>
      <BoardPage />
    </Hydrated>
  );
}
