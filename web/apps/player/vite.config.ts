import { defineConfig } from 'vite';

// One file whose address never changes, beside the pages of the live app (which is built first); what it
// loads later has lasting addresses of its own, found relative to it: the page that uses it may be anywhere.
export default defineConfig({
  base: './',
  build: {
    outDir: '../../../build/web',
    emptyOutDir: false,
    copyPublicDir: false,
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    modulePreload: false,
    rollupOptions: {
      input: { 'rostrum-player': 'src/rostrum-player.ts' },
      preserveEntrySignatures: 'strict',
      output: {
        entryFileNames: 'player/[name].js',
        chunkFileNames: 'assets/player-[name]-[hash].js',
      },
    },
  },
});
