import { z } from 'zod';

/** How the client proves itself at the token endpoint (RFC 6749 §2.3.1). */
export const tokenAuths = ['client_secret_basic', 'client_secret_post'] as const;

const addressChars = 400;
/** RFC 6749 §3.3: visible ASCII without quote and backslash. */
const scopeToken = z
  .string()
  .max(200)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'is no scope: it holds a space or a quote');

/** What an app of a service nobody wrote a connector for says in place of a manifest. */
export const formDefinitionSchema = z.strictObject({
  /** What the service calls itself; null when its addresses were given by hand and it has no name. */
  issuer: z.string().max(addressChars).nullable(),
  /** How its metadata is asked for; null: it is not. */
  discovery: z.enum(['oidc', 'oauth2']).nullable(),
  token_auth: z.enum(tokenAuths),
  scopes: z.array(scopeToken).max(50),
  /** Where a request is pushed to (RFC 9126). */
  par_url: z.string().max(addressChars).nullable(),
});
export type FormDefinition = z.infer<typeof formDefinitionSchema>;

/** Part of the redirect URI, so it says what it is and never changes. */
export const slugPattern = /^[a-z][a-z0-9-]{0,39}$/;

const address = z.string().trim().min(1).max(addressChars);

/** Where a service is found: by its own description, or address by address. */
export const formPlaceSchema = z.strictObject({
  issuer: address.optional(),
  authorize_url: address.optional(),
  token_url: address.optional(),
  revoke_url: address.optional(),
  api_base_url: address,
});
export type FormPlace = z.infer<typeof formPlaceSchema>;

export const formAppInputSchema = formPlaceSchema.extend({
  title: z.string().trim().min(1).max(80),
  /** Below the API's base address, what says who we are. */
  account_path: z
    .string()
    .trim()
    .regex(/^\/[A-Za-z0-9._~/-]{0,200}$/, 'begins with a slash and has no query'),
  token_auth: z.enum(tokenAuths),
  scopes: z.array(scopeToken).max(50),
  client_id: z.string().trim().min(1).max(400),
  client_secret: z.string().min(1).max(2000),
});
export type FormAppInput = z.infer<typeof formAppInputSchema>;

/** One address of a service and what the check of it came to; null when it is fine. */
const checkedAddressSchema = z.object({
  name: z.enum(['issuer', 'authorize_url', 'token_url', 'revoke_url', 'par_url', 'api_base_url']),
  url: z.string(),
  fault: z.string().nullable(),
});
export const formCheckSchema = z.object({
  issuer: z.string().nullable(),
  discovery: z.enum(['oidc', 'oauth2']).nullable(),
  addresses: z.array(checkedAddressSchema),
  /** It promises to name itself in every answer (RFC 9207). */
  names_itself: z.boolean(),
  /** As far as the service says; empty when it says nothing. */
  scopes: z.array(z.string()),
  token_auths: z.array(z.string()),
  /** True when nothing stands in the way of a sign-in there. */
  is_usable: z.boolean(),
});
export type FormCheck = z.infer<typeof formCheckSchema>;
export type CheckedAddress = FormCheck['addresses'][number];
