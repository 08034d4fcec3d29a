import type { App, FormAppInput } from '@/lib/connections/schema';

/** What somebody has typed so far; texts as they stand in the form. */
export interface FormAppDraft {
  title: string;
  slug: string;
  way: 'issuer' | 'hand';
  issuer: string;
  authorize_url: string;
  token_url: string;
  revoke_url: string;
  api_base_url: string;
  account_path: string;
  token_auth: FormAppInput['token_auth'];
  scopes: string;
  client_id: string;
  client_secret: string;
}

const emptyDraft: FormAppDraft = {
  title: '',
  slug: '',
  way: 'issuer',
  issuer: '',
  authorize_url: '',
  token_url: '',
  revoke_url: '',
  api_base_url: '',
  account_path: '',
  token_auth: 'client_secret_basic',
  scopes: '',
  client_id: '',
  client_secret: '',
};

/** The draft of an app as it stands; its secret has to be pasted again. */
export function draftOf(app: App | null): FormAppDraft {
  if (!app?.definition) return emptyDraft;
  const { definition, endpoints } = app;
  return {
    ...emptyDraft,
    title: app.title ?? '',
    slug: app.slug,
    way: definition.discovery === null ? 'hand' : 'issuer',
    issuer: definition.issuer ?? '',
    ...(definition.discovery === null
      ? {
          authorize_url: endpoints['authorizeUrl'] ?? '',
          token_url: endpoints['tokenUrl'] ?? '',
          revoke_url: endpoints['revokeUrl'] ?? '',
        }
      : {}),
    api_base_url: endpoints['apiBaseUrl'] ?? '',
    account_path: endpoints['accountPath'] ?? '',
    token_auth: definition.token_auth,
    scopes: definition.scopes.join(' '),
    client_id: app.client_id,
  };
}

const slugChars = 40;

/** "Acme CRM (EU)" → acme-crm-eu. */
export function slugOf(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, slugChars);
  return plain.endsWith('-') ? plain.slice(0, -1) : plain;
}

type Place = Pick<
  FormAppInput,
  'issuer' | 'authorize_url' | 'token_url' | 'revoke_url' | 'api_base_url'
>;

const filled = (entries: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([name, text]) =>
      text.trim() === '' ? [] : [[name, text.trim()]],
    ),
  );

/** Where the service is, or null while there is too little to ask about. */
export function placeOf(draft: FormAppDraft): Place | null {
  const { way, issuer, authorize_url, token_url, revoke_url } = draft;
  const api_base_url = draft.api_base_url.trim();
  const named =
    way === 'issuer' ? filled({ issuer }) : filled({ authorize_url, token_url, revoke_url });
  const isEnough = way === 'issuer' ? 'issuer' in named : 'token_url' in named;
  return isEnough && api_base_url !== '' ? { ...named, api_base_url } : null;
}

export function toInput(draft: FormAppDraft, place: Place): FormAppInput {
  return {
    ...place,
    title: draft.title.trim(),
    account_path: draft.account_path.trim(),
    token_auth: draft.token_auth,
    scopes: draft.scopes.split(/\s+/).filter(Boolean),
    client_id: draft.client_id.trim(),
    client_secret: draft.client_secret,
  };
}

export const isComplete = (draft: FormAppDraft): boolean =>
  placeOf(draft) !== null &&
  [draft.title, draft.slug, draft.account_path, draft.client_id, draft.client_secret].every(
    (text) => text.trim() !== '',
  );
