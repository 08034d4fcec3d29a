import { z } from 'zod';
import { transportNames } from '#lib/mail/schema';

export const roles = ['owner', 'admin', 'editor', 'viewer'] as const;
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

const rank: Record<Role, number> = { owner: 4, admin: 3, editor: 2, viewer: 1 };
/** Whether a role allows what `least` allows. */
export const roleAllows = (role: Role, least: Role): boolean => rank[role] >= rank[least];

export const userSchema = z.object({
  id: z.uuid(),
  email: z.email(),
  name: z.string().nullable(),
  image: z.string().nullable(),
});
export type User = z.infer<typeof userSchema>;

export const workspaceSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  slug: z.string(),
  role: roleSchema,
});
export type Workspace = z.infer<typeof workspaceSchema>;

/** Who is asking: what GET /session answers. */
export const sessionInfoSchema = z.object({
  session_id: z.uuid(),
  expires_at: z.iso.datetime(),
  user: userSchema,
  is_instance_owner: z.boolean(),
  workspaces: z.array(workspaceSchema),
  features: z.object({
    sandbox: z.boolean(),
    public_url: z.string().nullable(),
    /** How mail leaves; null while it is not set up. */
    mail: z.enum(transportNames).nullable(),
  }),
});
export type SessionInfo = z.infer<typeof sessionInfoSchema>;

export const sessionRowSchema = z.object({
  id: z.uuid(),
  created_at: z.iso.datetime(),
  last_seen_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  user_agent: z.string().nullable(),
  address: z.string().nullable(),
  is_current: z.boolean(),
});
export type SessionRow = z.infer<typeof sessionRowSchema>;

export const memberSchema = z.object({
  user: userSchema,
  role: roleSchema,
  created_at: z.iso.datetime(),
});
export type Member = z.infer<typeof memberSchema>;

export const invitationSchema = z.object({
  id: z.uuid(),
  email: z.email(),
  role: z.enum(['admin', 'editor', 'viewer']),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  accepted_at: z.iso.datetime().nullable(),
});
export type Invitation = z.infer<typeof invitationSchema>;

/** The link is answered once, at creation; only its hash is kept. */
export const createdInvitationSchema = invitationSchema.extend({
  accept_url: z.string(),
  /** Whether the link was mailed as well; `off` while mail is not set up. */
  mail: z.enum(['queued', 'suppressed', 'off']),
});

export type CreatedInvitation = z.infer<typeof createdInvitationSchema>;

export const invitationInputSchema = z.strictObject({
  email: z
    .email()
    .max(320)
    .transform((email) => email.toLowerCase()),
  role: z.enum(['admin', 'editor', 'viewer']),
});

/** What supabase-js needs to listen: a token of a few minutes and the topic of the present epoch. */
export const realtimeTokenSchema = z.object({
  token: z.string(),
  expires_at: z.iso.datetime(),
  url: z.string(),
  key: z.string(),
  topic: z.string(),
  position: z.number().int(),
});
export type RealtimeToken = z.infer<typeof realtimeTokenSchema>;

export const auditRowSchema = z.object({
  id: z.uuid(),
  actor: userSchema.nullable(),
  action: z.string(),
  subject: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  at: z.iso.datetime(),
});
export type AuditRow = z.infer<typeof auditRowSchema>;
