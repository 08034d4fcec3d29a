/**
 * flows: streams that are kept the same, joined through records. This door is what a flow is: its
 * sides, how their fields map, and what is wrong with a mapping.
 *
 * Invariants
 * - A stream belongs to at most one flow, told by the key of the sides: of two who want it at once one
 *   has it and the other hears so.
 * - A flow has two or three sides of one kind, each of another connection.
 * - What is stored has passed the check: no field is written, or read, from two others, no value goes
 *   round in a circle, nothing is sent where it cannot be written. All faults are told at once.
 * - The version is raised by what plans are decided on (sides, rules, matching) and by nothing else.
 * - Only a plan that was enabled makes a draft run; a new side makes a draft of a flow that runs.
 * - A plan is stored before anything is done; enabling carries out its rows, each once, and nothing
 *   else. A row whose records are not what it was decided on does nothing and says so.
 * - Of several records that could be the same none is joined without a person's word.
 * - A flow deletes nothing: without it links and joined records stay, what was owed is not made, and no
 *   edit crosses between its streams until a plan of another flow of them is enabled.
 *
 * It names no provider: what connectors can do comes in through a port.
 */
import 'server-only';

export {
  type CreationAt,
  dropCreation,
  listCreations,
  releaseOwed,
  retryCreation,
} from './act-on-creation.ts';
export { cancelPlan, chooseForRow, enablePlan } from './act-on-plan.ts';
export { changeFlow, deleteFlow } from './change-flow.ts';
export { type CheckedFlow, type CheckedSide, checkFlow, type FlowFault } from './check-flow.ts';
export { createFlow } from './create-flow.ts';
export { enqueueDuePlans } from './enqueue-due-plans.ts';
export type { FlowConnectors, FlowDeps } from './flow-connectors.ts';
export type { PlanDeps } from './plan-deps.ts';
export { getFlow, listFlows } from './read-flows.ts';
export { getNewestPlan, getPlan, listPlanRows } from './read-plan.ts';
export { startPlan } from './start-plan.ts';
export { type SuggestDeps, suggestForStreams } from './suggest-for-streams.ts';
export { type PlanJob, workPlan } from './work-plan.ts';
