import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { PanelSkeleton, Skeleton, SkeletonFrame } from '@/components/ui/skeleton';
import { words } from './words';

/** The Board before its first answer: a jack, a cable's place, the store, three panels. */
export function BoardLoading() {
  return (
    <Page fill>
      <PageHeader title={words.title} />
      <SkeletonFrame
        label="The Board is loading"
        className="board-ground flex min-h-86 flex-1 items-center justify-between gap-6 rounded-xl border border-line bg-panel px-8 shadow-rest max-md:px-3"
      >
        <Skeleton className="h-17 w-[clamp(100px,26%,240px)] rounded-lg" />
        <Skeleton className="h-1 min-w-0 flex-1 rounded-full" />
        <Skeleton className="h-44 w-[clamp(100px,26%,240px)] rounded-lg" />
      </SkeletonFrame>
      <div className="grid gap-4 md:grid-cols-[1.2fr_0.9fr_1.3fr]">
        <PanelSkeleton label={words.needs} lines={2} />
        <PanelSkeleton label={words.freshness} lines={2} />
        <PanelSkeleton label={words.latest} lines={2} />
      </div>
    </Page>
  );
}
