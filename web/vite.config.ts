import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    // The policy of the page forbids data: scripts and styles, and its assets are few.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // MapLibre is one module of 1.1 MB by nature.
    chunkSizeWarningLimit: 1600,
  },
});
