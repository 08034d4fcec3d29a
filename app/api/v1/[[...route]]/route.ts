import { type Api, createApi } from '@/lib/api/index';
import { webHub } from '@/lib/hub/web';

export const dynamic = 'force-dynamic';

let api: Api | undefined;

/** The whole API; what is served is decided by the contracts in lib/api/routes. */
async function serve(request: Request): Promise<Response> {
  api ??= createApi(webHub());
  return api.fetch(request);
}

export {
  serve as DELETE,
  serve as GET,
  serve as HEAD,
  serve as OPTIONS,
  serve as PATCH,
  serve as POST,
  serve as PUT,
};
