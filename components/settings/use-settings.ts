'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { showToast } from '@/components/ui/toaster';
import { appSchema, connectorSchema } from '@/lib/connections/schema';
import {
  auditRowSchema,
  invitationSchema,
  memberSchema,
  sessionRowSchema,
} from '@/lib/identity/schema';
import { callApi, keys } from '@/lib/live/index';
import { mailOverviewSchema } from '@/lib/mail/schema';
import { inboundLimitsSchema } from '@/lib/resilience/schema';
import { keyClassStateSchema } from '@/lib/security/schema';
import { appWebhookSchema } from '@/lib/webhooks/schema';

const list = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row) });
const auditRows = 100;
/** A mail that was just asked for is sent within seconds. */
const mailEveryMs = 3_000;
/** Nobody is told of a rotation, so its progress is asked for. */
const rotationMs = 2_000;

function useList<T extends z.ZodType>(
  key: readonly unknown[],
  path: string,
  row: T,
  query: Record<string, string | number> = {},
) {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => callApi(path, { query, schema: list(row), signal }),
  });
}

export function useApps() {
  const { workspace } = useSession();
  return useList(keys.apps(workspace.id), '/apps', appSchema, { workspace_id: workspace.id });
}

/** Webhooks that are set up by hand at the service. */
export function useAppWebhooks() {
  const { workspace } = useSession();
  return useList(keys.appWebhooks(workspace.id), '/app-webhooks', appWebhookSchema, {
    workspace_id: workspace.id,
  });
}

export function useConnectorCards() {
  const { workspace } = useSession();
  return useList(keys.connectors(workspace.id), '/connectors', connectorSchema, {
    workspace_id: workspace.id,
  });
}

export function useMembers() {
  const { workspace } = useSession();
  return useList(keys.members(workspace.id), '/members', memberSchema, {
    workspace_id: workspace.id,
  });
}

export function useInvitations() {
  const { workspace } = useSession();
  return useList(keys.invitations(workspace.id), '/invitations', invitationSchema, {
    workspace_id: workspace.id,
  });
}

export function useMail() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.mail(workspace.id),
    refetchInterval: mailEveryMs,
    queryFn: ({ signal }) =>
      callApi('/mail', {
        query: { workspace_id: workspace.id },
        schema: mailOverviewSchema,
        signal,
      }),
  });
}

export function useInboundLimits() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.inboundLimits(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/inbound-limits', {
        query: { workspace_id: workspace.id },
        schema: inboundLimitsSchema,
        signal,
      }),
  });
}

export function useSessions() {
  return useList(keys.sessions(), '/sessions', sessionRowSchema);
}

export function useAudit() {
  const { workspace } = useSession();
  return useList(keys.audit(workspace.id), '/audit-log', auditRowSchema, {
    workspace_id: workspace.id,
    limit: auditRows,
  });
}

export function useKeys() {
  return useQuery({
    queryKey: keys.sealingKeys(),
    queryFn: ({ signal }) => callApi('/keys', { schema: list(keyClassStateSchema), signal }),
    refetchInterval: ({ state }) =>
      state.data?.data.some((one) => one.rotation?.status === 'running') ? rotationMs : false,
  });
}

interface Write<T extends z.ZodType> {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  json?: unknown;
  schema?: T;
}

/** A write of the settings; what the page shows is read again, a refusal is shown as a toast. */
export function useWrite() {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (write: Write<z.ZodType>) =>
      callApi(write.path, {
        method: write.method,
        query: { workspace_id: workspace.id },
        json: write.json,
        schema: write.schema ?? z.unknown(),
      }),
    onError: (error) =>
      showToast({ tone: 'bad', title: 'That was not saved', description: error.message }),
    onSettled: () => {
      const names = [
        'apps',
        'app_webhooks',
        'connectors',
        'members',
        'invitations',
        'audit',
        'sessions',
        'mail',
        'inbound_limits',
      ];
      for (const name of names) {
        void client.invalidateQueries({ queryKey: [name] });
      }
    },
  });
}
