import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build, type Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { SERVICE_WORKER, sitePlugin } from './src/offline/sitePlugin.ts';

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const shared = { base: './', worker: { format: 'es' } } as const;
const target = 'es2022';

/** The style page is built by itself: what it shares with the notebook would cut the notebook's scripts in pieces. */
function stylePage(): Plugin {
  return {
    name: 'style-page',
    apply: 'build',
    async closeBundle() {
      const rolldownOptions = { input: 'style.html' };
      await build({
        ...shared,
        configFile: false,
        plugins: [svelte()],
        build: { target, emptyOutDir: false, copyPublicDir: false, rolldownOptions },
      });
    },
  };
}

export default defineConfig({
  ...shared,
  plugins: [svelte(), sitePlugin(), stylePage()],
  optimizeDeps: { exclude: ['@mujoco/mujoco'] },
  build: {
    target,
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/offline/serviceWorker.ts' },
      output: {
        // A service worker's address never changes, and it rules only over what lies below it.
        entryFileNames: ({ name }) => (name === 'sw' ? SERVICE_WORKER : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { headers: isolation },
  preview: { headers: isolation },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
