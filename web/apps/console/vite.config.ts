import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { themeFirst } from '../../scripts/theme_first';

// `npm run dev:console` talks to a server started apart: ROSTRUM_URL, or its usual address.
const server = process.env['ROSTRUM_URL'] ?? 'http://127.0.0.1:8080';

// The page is console/index.html beside the live app's (which is built first); its own addresses begin with
// /console and all get this page.
export default defineConfig({
  plugins: [react(), themeFirst()],
  build: {
    outDir: '../../../build/web',
    emptyOutDir: false,
    copyPublicDir: false,
    target: 'es2022',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: 'console/index.html',
      output: {
        entryFileNames: 'assets/console-[hash].js',
        // Fonts and the player's engines are those of the live app, in one copy.
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  // Operations are POSTed to addresses of one word that begins with a capital.
  server: { proxy: { '/api': server, '^/[A-Z][A-Za-z]+$': server } },
});
