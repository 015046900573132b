import { createServer, type ViteDevServer } from 'vite';

/**
 * The sources, for a test page of this folder. Each has a cache of its own: what one server makes ready anew, another
 * that runs beside it would lose.
 * @param include what only workers import, which would be found late, and the page reloaded for it
 */
export async function serveTestPage(
  page: string,
  { entries, include = [] }: { entries: string[]; include?: string[] },
): Promise<ViteDevServer> {
  const server = await createServer({
    cacheDir: `node_modules/.vite/${page}`,
    optimizeDeps: { entries: [`test/browser/${page}.html`, ...entries], include },
    server: { hmr: false },
    logLevel: 'error',
  });
  return server.listen();
}
