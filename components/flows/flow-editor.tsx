'use client';

import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { LinkButton } from '@/components/ui/link-button';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { Panel } from '@/components/ui/panel';
import { showToast } from '@/components/ui/toaster';
import { type Flow, planSchema } from '@/lib/flows/schema';
import { BackToFlow } from './back-to-flow';
import { hasFaults } from './editor-faults';
import { editorWords as text } from './editor-words';
import { Failure } from './failure';
import { type FlowDraft, toggleSide } from './flow-draft';
import { EditorLoading } from './flow-loading';
import { mappingFields } from './mapping';
import { MappingStep } from './mapping-step';
import { RulesStep } from './rules-step';
import { StreamStep } from './stream-step';
import { useEditor } from './use-editor';
import { useFlowWrite } from './use-flows';
import { useUnsaved } from './use-unsaved';
import { words } from './words';

/** Streams, rules and mapping on one page; what saving does stands at its foot. */
export function FlowEditor({ flow, preset }: { flow: Flow | null; preset: readonly string[] }) {
  const { home } = useSession();
  const router = useRouter();
  const editor = useEditor(flow, preset);
  const plan = useFlowWrite(planSchema, { quiet: true });
  const { draft, change, faults, kind } = editor;
  const question = useUnsaved(editor.isUnsaved);
  const submit = async () => {
    const saved = await editor.save();
    const at = `${home}/flows/${saved.id}`;
    // A flow with a new side is a draft again, and a plan looks at it first.
    if (saved.status !== 'draft') {
      showToast({ tone: 'ok', title: text.saved });
      router.push(at as Route);
      return;
    }
    // A plan that cannot be begun says why on its own page.
    await plan
      .mutateAsync({ method: 'POST', path: `/flows/${saved.id}/plans` })
      .catch(() => undefined);
    router.push(`${at}/plan` as Route);
  };
  return (
    <Page className="pb-0">
      <PageHeader title={flow ? text.edit : text.add} back={<BackToFlow flow={flow} />} />
      {editor.stock.error ? (
        <Failure title={words.failed} error={editor.stock.error} onRetry={editor.stock.refetch} />
      ) : editor.stock.isPending ? (
        <EditorLoading />
      ) : (
        <form
          noValidate
          // What gets the focus is scrolled clear of the bar that stands over the foot of the page.
          className="grid grid-cols-1 gap-4 **:scroll-mb-24"
          onSubmit={(event) => {
            event.preventDefault();
            // What the hub refuses is shown where it stands; here nothing is left to say.
            if (editor.isWhole) submit().catch(() => undefined);
          }}
        >
          <Panel>
            <Field label={text.name} marksOptional={false} error={faults.name}>
              {(control) => (
                <Input
                  {...control}
                  className="max-w-md"
                  maxLength={120}
                  placeholder={editor.fallbackName || 'GitHub – Linear'}
                  value={draft.name}
                  onChange={(event) => change({ ...draft, name: event.target.value })}
                />
              )}
            </Field>
          </Panel>
          <StreamStep
            groups={editor.groups}
            fault={faults.streams}
            onToggle={(streamId) => change(toggleSide(draft, streamId))}
          />
          {kind && draft.sides.length > 1 && (
            <>
              <RulesStep
                draft={draft}
                faces={editor.faces}
                fields={mappingFields(kind, draft.sides, editor.suggestions).shared}
                faults={faults}
                onChange={change}
              />
              <MappingStep
                sides={draft.sides}
                kind={kind}
                faces={editor.faces}
                suggestions={editor.suggestions}
                isPending={editor.suggested.isPending}
                hasFailed={editor.suggested.isError}
                faults={faults}
                onRule={editor.setRule}
                onReset={editor.resetField}
                onResetAll={() =>
                  change({
                    ...draft,
                    sides: draft.sides.map((side) => ({ ...side, rules: null })),
                  })
                }
              />
            </>
          )}
          <Foot
            home={home}
            flow={flow}
            editor={editor}
            isBusy={editor.isSaving || plan.isPending}
          />
        </form>
      )}
      {question}
    </Page>
  );
}

/** Always in sight: what saving does, and what stands in its way. */
function Foot({
  home,
  flow,
  editor,
  isBusy,
}: {
  home: string;
  flow: Flow | null;
  editor: ReturnType<typeof useEditor>;
  isBusy: boolean;
}) {
  const { faults, isWhole } = editor;
  const after = nextOf(flow, editor.draft);
  const back = flow ? `${home}/flows/${flow.id}` : `${home}/flows`;
  const isFaulty = hasFaults(faults);
  return (
    <div className="sticky bottom-0 z-10 -mx-4 flex flex-wrap items-center justify-end gap-2 border-line border-t bg-bg px-4 py-3 max-md:bottom-14 md:-mx-6 md:px-6">
      <p
        role={isFaulty ? 'alert' : undefined}
        className={
          isFaulty
            ? 'min-w-0 flex-1 basis-60 text-bad'
            : 'min-w-0 flex-1 basis-60 text-mut max-sm:sr-only'
        }
      >
        {isFaulty ? (faults.other ?? text.faulty) : !isWhole ? text.incomplete : text.hint[after]}
      </p>
      <LinkButton href={back as Route}>{text.cancel}</LinkButton>
      <Button type="submit" variant="primary" busy={isBusy} disabled={!isWhole}>
        {after === 'live' ? text.save : text.saveAndPlan}
      </Button>
    </div>
  );
}

/** What saving leads to: only a flow that runs and has no new side goes on as it is. */
function nextOf(flow: Flow | null, draft: FlowDraft): keyof typeof text.hint {
  if (flow === null) return 'new';
  if (flow.status === 'draft') return 'draft';
  const had = new Set(flow.sides.map((side) => side.stream_id));
  return draft.sides.every((side) => had.has(side.streamId)) ? 'live' : 'wider';
}
