import { Panel } from '@/components/ui/panel';
import { ListSkeleton, PanelSkeleton } from '@/components/ui/skeleton';
import { words } from './words';

/** The shape of the page while it loads. */
export function RunLoading() {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <Panel title={words.timeline}>
        <ListSkeleton label={words.loading} />
      </Panel>
      <Panel title={words.facts.title}>
        <PanelSkeleton label={words.loading} lines={6} />
      </Panel>
    </div>
  );
}
