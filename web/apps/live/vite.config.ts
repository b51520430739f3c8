import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pageFiles } from '../../scripts/page_files';
import { themeFirst } from '../../scripts/theme_first';

// `npm run dev` talks to a server started apart: ROSTRUM_URL, or its usual address.
const server = process.env['ROSTRUM_URL'] ?? 'http://127.0.0.1:8080';

const at = (path: string) => `/api/platform/v1${path}`;
const answers = [at('/session'), at('/about')];
/** What is fetched for whoever opens the address; the channel's own answer is named by the server. */
const pages = {
  channel: { modules: ['src/channel/Channel.tsx', 'channel/parts/PlatformChat.tsx'] },
  directory: { modules: ['src/channel/Directory.tsx'], answers: [at('/directory')] },
  search: { modules: ['src/channel/Search.tsx'] },
  following: { modules: ['src/channel/Following.tsx'] },
  register: { modules: ['src/account/Register.tsx'] },
  login: { modules: ['src/account/SignIn.tsx'] },
  reset: { modules: ['src/account/Reset.tsx'] },
  verify: { modules: ['src/account/Verify.tsx'] },
  notices: { modules: ['src/account/Notices.tsx'] },
  settings: { modules: ['src/account/settings/Settings.tsx'] },
  manager: { modules: ['src/manager/Manager.tsx'] },
  admin: { modules: ['src/admin/Admin.tsx'] },
  developers: { modules: ['src/developers/Developers.tsx'] },
  health: { modules: ['src/manager/Health.tsx'] },
  mailbox: { modules: ['src/account/Mailbox.tsx'] },
  unsubscribe: { modules: ['src/account/Unsubscribe.tsx'] },
  terms: { modules: ['src/account/Document.tsx'] },
  privacy: { modules: ['src/account/Document.tsx'] },
};

export default defineConfig({
  plugins: [react(), themeFirst(), pageFiles(pages, answers)],
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
            // What the app itself imports, and nothing that only some page does.
            { name: 'base', tags: ['$initial'], priority: 2 },
            {
              name: 'channels',
              test: /apps\/live\/src\/(channel\/(Channel\.|parts\/(?!PlatformChat|usePlatformChat|StageCards|ReportDialog|Hero|Carousel))|strings\/([a-z]+\/)?channel|parts\/(useVisibleHeight))|packages\/client\/src\/platform\/(channel|polls|chat|notices)/,
            },
            {
              name: 'chat',
              test: /packages\/(ui|client)\/src\/[Cc]hat\/(?!replay|PastMessages)/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server } },
});
