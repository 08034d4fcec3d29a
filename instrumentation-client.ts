/**
 * Errors of the browser, reported only where the operator set SENTRY_DSN: the page says so in a
 * meta element, because a value inlined at build time could not be set on a built image. Nothing of
 * the package is loaded otherwise.
 */
const dsn = document.querySelector<HTMLMetaElement>('meta[name="sentry-dsn"]')?.content;

if (dsn) {
  void import('@sentry/nextjs').then((Sentry) =>
    Sentry.init({
      dsn,
      tracesSampleRate: 0,
      dataCollection: {
        userInfo: false,
        cookies: false,
        httpHeaders: false,
        httpBodies: [],
        urlQueryParams: false,
      },
    }),
  );
}
