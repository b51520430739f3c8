import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npm run dev` talks to a server started apart: ROSTRUM_URL, or its usual address.
const server = process.env['ROSTRUM_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../../../build/web',
    emptyOutDir: true,
    target: 'es2022',
    assetsDir: 'assets',
    // Everything stays a file of its own name: the server sends each with its own lasting address.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': server } },
});
