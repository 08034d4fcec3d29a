'use client';

import { Eye, RotateCw } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useMay, useSession } from '@/components/shell/use-session';
import { useUrlQuery } from '@/components/shell/use-url-query';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { Panel } from '@/components/ui/panel';
import { ProgressBar } from '@/components/ui/progress-bar';
import { StatusDot } from '@/components/ui/status-dot';
import { showToast } from '@/components/ui/toaster';
import { type Flow, type Plan, planSchema } from '@/lib/flows/schema';
import { EnablePlan } from './enable-plan';
import { Failure } from './failure';
import { PlanLoading } from './flow-loading';
import { PlanNotices } from './plan-notices';
import { PlanRows } from './plan-rows';
import { PlanSummary } from './plan-summary';
import { planLooks, progressOf, type SideNames, sideNames, stepsOf } from './plan-view';
import { planWords as text } from './plan-words';
import { useFlow, useFlowWrite } from './use-flows';
import { usePlan } from './use-plan';
import { words } from './words';

/** What enabling a flow would do, before anything is done; then how far it is, and what was left out. */
export function PlanPage({ id }: { id: string }) {
  const { home } = useSession();
  const [params, change] = useUrlQuery();
  const nameOf = useProviderName();
  const flow = useFlow(id);
  const plan = usePlan(id);
  const error = flow.data ? plan.error : flow.error;
  const back = (
    <Link href={`${home}/flows/${id}` as Route} className="hover:text-ink hover:underline">
      {flow.data?.name ?? words.one}
    </Link>
  );
  const row = flow.data;
  const isLoading = !row || plan.isPending;
  if (error && (!row || !plan.data)) {
    return (
      <Page>
        <PageHeader title={text.title} back={back} />
        <Failure
          title={text.failed}
          error={error}
          onRetry={() => void (row ? plan.refetch() : flow.refetch())}
        />
      </Page>
    );
  }
  if (isLoading) {
    return (
      <Page>
        <PageHeader title={text.title} back={back} />
        <PlanLoading />
      </Page>
    );
  }
  if (!plan.data) {
    return (
      <Page>
        <PageHeader title={text.title} back={back} />
        <Panel>
          <EmptyState
            icon={<Eye aria-hidden="true" />}
            title={text.none.title}
            action={<MakePlan flow={row} isFirst />}
          >
            {text.none.body}
          </EmptyState>
        </Panel>
      </Page>
    );
  }
  const sides = sideNames(row.sides, nameOf);
  return (
    <Page fill beside={params.get('row') ? 'md' : undefined}>
      <PageHeader
        title={text.title}
        back={back}
        sub={<PlanStatus plan={plan.data} />}
        actions={<Actions flow={row} plan={plan.data} sides={sides} />}
      />
      <Overview plan={plan.data} />
      <PlanNotices
        flow={row}
        plan={plan.data}
        onShow={(rows) => change({ rows, row: undefined })}
      />
      {!['queued', 'making'].includes(plan.data.status) && (
        <PlanRows plan={plan.data} sides={sides} params={params} change={change} />
      )}
    </Page>
  );
}

function PlanStatus({ plan }: { plan: Plan }) {
  const look = planLooks[plan.status];
  return (
    <Badge tone={look.tone} icon={<StatusDot {...look} className="size-2" />}>
      {text.statuses[plan.status]}
    </Badge>
  );
}

function Overview({ plan }: { plan: Plan }) {
  const progress = progressOf(plan);
  const isMade = !['queued', 'making'].includes(plan.status);
  return (
    <Panel label={text.what}>
      <div className="grid gap-4">
        {progress && (
          <ProgressBar
            label={progress.label}
            done={plan.done}
            total={plan.total}
            unit={progress.unit}
            state={progress.state}
          />
        )}
        {isMade && <PlanSummary plan={plan} />}
      </div>
    </Panel>
  );
}

/** Begins a plan; one that cannot be begun says why. */
function MakePlan({ flow, isFirst = false }: { flow: Flow; isFirst?: boolean }) {
  const mayEdit = useMay('editor');
  const start = useFlowWrite(planSchema);
  if (!mayEdit) return null;
  return (
    <Button
      variant={isFirst ? 'primary' : 'secondary'}
      busy={start.isPending}
      icon={isFirst ? <Eye aria-hidden="true" /> : <RotateCw aria-hidden="true" />}
      onClick={() =>
        start.mutate(
          { method: 'POST', path: `/flows/${flow.id}/plans` },
          { onSuccess: () => showToast({ tone: 'ok', title: text.started }) },
        )
      }
    >
      {isFirst ? text.none.action : text.again}
    </Button>
  );
}

function Actions({ flow, plan, sides }: { flow: Flow; plan: Plan; sides: SideNames }) {
  const mayEdit = useMay('editor');
  const stop = useFlowWrite(planSchema);
  const steps = stepsOf(plan);
  if (!mayEdit) return null;
  return (
    <>
      {steps.stop && (
        <Button
          busy={stop.isPending}
          onClick={() =>
            stop.mutate(
              { method: 'POST', path: `/flow-plans/${plan.id}/cancel` },
              { onSuccess: () => showToast({ tone: 'neutral', title: text.cancelled }) },
            )
          }
        >
          {text.cancel}
        </Button>
      )}
      {steps.again && <MakePlan flow={flow} />}
      {steps.enable && <EnablePlan flow={flow} plan={plan} sides={sides} />}
    </>
  );
}
