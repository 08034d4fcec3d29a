/** Which colours a person asked for; `system` leaves the choice to the device. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Read by the root layout on the server, so the first paint already has the right colours. */
export const themeCookie = 'patchbay-theme';
const themeCookieMs = 365 * 24 * 60 * 60 * 1000;

/** What a cookie of unknown origin means: anything unexpected is `system`. */
export function readTheme(value: string | undefined): Theme {
  return themes.find((theme) => theme === value) ?? 'system';
}

/**
 * Shows the theme at once and keeps it for the next request. Browser only. The Cookie Store exists
 * on https and on localhost; elsewhere the choice lasts until the page is loaded again.
 */
export async function applyTheme(theme: Theme): Promise<void> {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  if (!('cookieStore' in window)) return;
  if (theme === 'system') await window.cookieStore.delete(themeCookie);
  else {
    await window.cookieStore.set({
      name: themeCookie,
      value: theme,
      expires: Date.now() + themeCookieMs,
      sameSite: 'lax',
    });
  }
}
