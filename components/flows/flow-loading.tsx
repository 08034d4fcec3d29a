import { PanelSkeleton, Skeleton, SkeletonFrame, TableSkeleton } from '@/components/ui/skeleton';
import { words } from './words';

/** Cards of flows before their first answer, in the shape they will have. */
export function FlowsLoading() {
  return (
    <SkeletonFrame label={words.loading} className="grid gap-3">
      {['first', 'second', 'third'].map((card) => (
        <div
          key={card}
          className="grid gap-4 rounded-lg border border-line bg-panel p-4 shadow-rest"
        >
          <Skeleton className="w-48" />
          <StripGhost />
          <div className="flex gap-7">
            <Skeleton className="w-12" />
            <Skeleton className="w-12" />
            <Skeleton className="w-12" />
          </div>
        </div>
      ))}
    </SkeletonFrame>
  );
}

function StripGhost() {
  return (
    <div className="flex items-center">
      <Skeleton className="h-14 max-w-64 flex-[3] rounded-lg" />
      <span className="h-0.5 flex-[2] bg-line" />
      <Skeleton className="h-14 max-w-64 flex-[3] rounded-lg" />
    </div>
  );
}

/** One flow before its first answer, in its columns. */
export function FlowLoading() {
  return (
    <div className="grid gap-4">
      <SkeletonFrame
        label={words.oneLoading}
        className="grid gap-4 rounded-lg border border-line bg-panel p-4 shadow-rest"
      >
        <StripGhost />
        <Skeleton className="w-64" />
      </SkeletonFrame>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid min-w-0 gap-4">
          <PanelSkeleton label="" lines={4} />
          <PanelSkeleton label="" lines={3} />
        </div>
        <PanelSkeleton label="" lines={5} />
      </div>
    </div>
  );
}

/** The editor before it knows what there is to choose from. */
export function EditorLoading() {
  return (
    <div className="grid gap-4">
      <PanelSkeleton label={words.oneLoading} lines={3} />
      <PanelSkeleton label="" lines={4} />
      <PanelSkeleton label="" lines={8} />
    </div>
  );
}

export function PlanLoading() {
  return (
    <div className="grid gap-4">
      <PanelSkeleton label={words.oneLoading} lines={3} />
      <TableSkeleton label="" rows={12} columns={4} />
    </div>
  );
}
