/** Ends this session at the hub, then leaves. The hub takes it from its own pages only. */
export async function signOut(): Promise<void> {
  await fetch('/api/auth/signout', {
    method: 'POST',
    credentials: 'same-origin',
    body: new URLSearchParams({ callbackUrl: '/sign-in', json: 'true' }),
  });
  globalThis.location.assign('/sign-in');
}
