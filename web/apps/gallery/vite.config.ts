import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// For those who build the components; no part of what is served.
export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    outDir: '../../../build/gallery',
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
});
