import { ListSkeleton, PanelSkeleton, SkeletonFrame } from '@/components/ui/skeleton';

/** One connection before its first answer, in the columns it will have. */
export function ConnectionLoading() {
  return (
    <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="grid min-w-0 gap-4">
        <PanelSkeleton label="What is in step is loading" lines={3} />
        <PanelSkeleton label="What happened is loading" lines={4} />
      </div>
      <div className="grid min-w-0 gap-4">
        <PanelSkeleton label="Freshness is loading" lines={1} />
        <PanelSkeleton label="The account is loading" lines={7} />
        <PanelSkeleton label="The delivery is loading" lines={2} />
      </div>
    </div>
  );
}

/** Cards of connections before their first answer. */
export function ConnectionsLoading() {
  return (
    <SkeletonFrame
      label="The connections are loading"
      className="grid grid-cols-1 gap-3 lg:grid-cols-2"
    >
      {['first', 'second'].map((card) => (
        <div key={card} className="rounded-lg border border-line bg-panel p-4 shadow-rest">
          <ListSkeleton label="" rows={1} />
        </div>
      ))}
    </SkeletonFrame>
  );
}
