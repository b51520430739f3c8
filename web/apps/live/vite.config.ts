import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { themeFirst } from '../../scripts/theme_first';

// `npm run dev` talks to a server started apart: ROSTRUM_URL, or its usual address.
const server = process.env['ROSTRUM_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), themeFirst()],
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
    // What nearly every page needs comes in one file: fifty small ones are fifty round trips of a phone.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /node_modules\/(react|react-dom|scheduler)\/|packages\/client\/src\/(platform\/(http|session|feed|types|fields)|parse|api\.)|packages\/ui\/src\/(?!Chat\/|Overlays\/|Health\/|Charts\/|Player\/|QrCode\/|index)|apps\/live\/src\/(shell|strings\/(text|index|shell|[a-z]+\/shell)|routes)/,
            },
            {
              name: 'channels',
              test: /apps\/live\/src\/(channel\/parts\/(calls|cards|words|icons|kept|Thumbnail|Avatar)|strings\/([a-z]+\/)?channel)|packages\/client\/src\/platform\/(channel|polls|chat|notices)/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server } },
});
