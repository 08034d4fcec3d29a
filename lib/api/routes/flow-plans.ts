import { z } from 'zod';
import {
  planActions,
  planChoiceSchema,
  planRowSchema,
  planRowStatuses,
  planSchema,
} from '#lib/flows/schema';
import { route } from '../contract.ts';
import { idParams, listOf, paging } from '../shapes.ts';

const tag = 'flows';
const theFlow = { about: 'flow', in: 'path', name: 'id' } as const;
const thePlan = { about: 'flow_plan', in: 'path', name: 'id' } as const;

export const flowPlanRoutes = [
  route(
    {
      id: 'startFlowPlan',
      tag,
      summary: 'Plan what joining the sides of a flow would do, without doing it',
      method: 'post',
      path: '/flows/{id}/plans',
      access: 'editor',
      place: theFlow,
      params: idParams,
      answer: { status: 202, schema: planSchema },
      codes: ['flows.plan_state', 'flows.side_not_ready'],
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.flowPlans.start(session, { workspaceId, flowId: params.id }),
  ),
  route(
    {
      id: 'getNewestFlowPlan',
      tag,
      summary: 'The newest plan of a flow',
      method: 'get',
      path: '/flows/{id}/plan',
      access: 'viewer',
      place: theFlow,
      params: idParams,
      answer: { status: 200, schema: planSchema },
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.flowPlans.newest(session, { workspaceId, flowId: params.id }),
  ),
  route(
    {
      id: 'getFlowPlan',
      tag,
      summary: 'One plan with its progress and what it comes to',
      method: 'get',
      path: '/flow-plans/{id}',
      access: 'viewer',
      place: thePlan,
      params: idParams,
      answer: { status: 200, schema: planSchema },
    },
    async ({ hub, session, params }) => hub.flowPlans.get(session, params.id),
  ),
  route(
    {
      id: 'listFlowPlanRows',
      tag,
      summary: 'What a plan does, row by row',
      method: 'get',
      path: '/flow-plans/{id}/rows',
      access: 'viewer',
      place: thePlan,
      params: idParams,
      query: z.strictObject({
        ...paging,
        action: z.enum(planActions).optional(),
        status: z.enum(planRowStatuses).optional(),
      }),
      answer: { status: 200, schema: listOf(planRowSchema) },
    },
    async ({ hub, session, workspaceId, params, query }) =>
      hub.flowPlans.rows(session, {
        workspaceId,
        planId: params.id,
        action: query.action,
        status: query.status,
        cursor: query.cursor,
        limit: query.limit,
      }),
  ),
  route(
    {
      id: 'chooseForFlowPlanRow',
      tag,
      summary: 'Say whom a record in review is: one of its candidates, or nobody',
      method: 'put',
      path: '/flow-plans/{id}/rows/{ordinal}/choice',
      access: 'editor',
      place: thePlan,
      params: z.strictObject({
        id: z.uuid(),
        ordinal: z.coerce.number().int().min(0).max(999_999_999),
      }),
      body: planChoiceSchema,
      answer: { status: 200, schema: planRowSchema },
      codes: ['flows.plan_state', 'flows.plan_void'],
    },
    async ({ hub, session, params, body }) =>
      hub.flowPlans.choose(session, {
        planId: params.id,
        ordinal: params.ordinal,
        recordId: body.record_id,
      }),
  ),
  route(
    {
      id: 'enableFlowPlan',
      tag,
      summary: 'Carry out the rows of a plan, and nothing else; then the flow is live',
      method: 'post',
      path: '/flow-plans/{id}/enable',
      access: 'editor',
      place: thePlan,
      params: idParams,
      answer: { status: 202, schema: planSchema },
      codes: ['flows.plan_state', 'flows.plan_void'],
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.flowPlans.enable(session, { workspaceId, planId: params.id }),
  ),
  route(
    {
      id: 'cancelFlowPlan',
      tag,
      summary: 'Stop what of a plan is not done yet',
      method: 'post',
      path: '/flow-plans/{id}/cancel',
      access: 'editor',
      place: thePlan,
      params: idParams,
      answer: { status: 200, schema: planSchema },
      codes: ['flows.plan_state'],
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.flowPlans.cancel(session, { workspaceId, planId: params.id }),
  ),
];
