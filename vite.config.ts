import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { SERVICE_WORKER, sitePlugin } from './src/offline/sitePlugin.ts';

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  plugins: [svelte(), sitePlugin()],
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['@mujoco/mujoco'] },
  build: {
    target: 'es2022',
    rolldownOptions: {
      input: { index: 'index.html', style: 'style.html', sw: 'src/offline/serviceWorker.ts' },
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
