import { mailOverviewSchema, queuedMailSchema } from '#lib/mail/schema';
import { route } from '../contract.ts';
import { idParams, nothing, workspaceQuery } from '../shapes.ts';

const tag = 'mail';
const here = { about: 'workspace' } as const;

export const mailRoutes = [
  route(
    {
      id: 'getMail',
      tag,
      summary: 'How mail leaves, what was sent lately, and addresses no mail is sent to any more',
      method: 'get',
      path: '/mail',
      access: 'admin',
      place: here,
      query: workspaceQuery,
      answer: { status: 200, schema: mailOverviewSchema },
    },
    async ({ hub, session, workspaceId }) => hub.mail.overview(session, { workspaceId }),
  ),
  route(
    {
      id: 'sendTestMail',
      tag,
      summary: 'Send a test mail to the caller’s own address',
      method: 'post',
      path: '/mail/test',
      access: 'admin',
      place: here,
      query: workspaceQuery,
      answer: { status: 202, schema: queuedMailSchema },
      codes: ['mail.not_configured'],
    },
    async ({ hub, session, workspaceId, origin }) =>
      hub.mail.sendTest(session, { workspaceId, origin }),
  ),
  route(
    {
      id: 'liftMailSuppression',
      tag,
      summary: 'Write to an address again that a mail server refused',
      method: 'delete',
      path: '/mail/suppressions/{id}',
      access: 'admin',
      place: here,
      params: idParams,
      query: workspaceQuery,
      answer: { status: 204, schema: nothing },
    },
    async ({ hub, session, workspaceId, params }) =>
      hub.mail.liftSuppression(session, { workspaceId, suppressionId: params.id }),
  ),
];
