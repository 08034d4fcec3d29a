/** @type {import('next').NextConfig} */
const nextConfig = {
  typedRoutes: true,
  agentRules: false,
  poweredByHeader: false,
  reactStrictMode: true,
  // Packages that reach for native files or spawn threads stay outside the bundle.
  serverExternalPackages: ['postgres', 'pg-boss', 'pino', 'prom-client'],
  // `npm run check` reads the types of the whole tree, tests included; a start need not wait for that.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
};

export default nextConfig;
