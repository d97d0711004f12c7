import { existsSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { defineConfig } from 'vitepress';
import { formulas } from '../formulas.mjs';

const here = resolve(import.meta.dirname, '..');
const root = resolve(here, '../..');
const docs = resolve(root, 'docs');

// Where the sources are browsed, such as https://host/owner/name/blob/main; without it, links to files
// outside of docs are plain text.
const sources = process.env.SOURCES;

// The Javadoc of all modules, if it was made; the build copies it into the site.
const apidocs = resolve(root, 'target/reports/apidocs');
const ofSource = /\/src\/main\/java\/(.*)\.java$/;

/** The page of a public class or package from its source; undefined if there is none. */
function javadoc(path) {
  const page = path.match(ofSource)?.[1].replace('package-info', 'package-summary') + '.html';
  return existsSync(resolve(apidocs, page)) ? `/apidocs/${page}` : undefined;
}

/** Links that lead out of docs are dead on a site: they go to the sources. */
function links(md) {
  const open = md.renderer.rules.link_open ?? ((t, i, o, e, self) => self.renderToken(t, i, o));
  md.renderer.rules.link_open = (tokens, i, options, env, self) => {
    const href = tokens[i].attrGet('href') ?? '';
    if (!/^([a-z]+:|#|\/)/.test(href)) {
      const path = resolve(dirname(env.path), decodeURI(href.replace(/#.*/, '')));
      const isPage = path.startsWith(docs + '/') && path.endsWith('.md');
      if (isPage) {
        tokens[i].attrSet('href', href.replace(/README\.md/, 'index.md')); // as rewritten below
      } else if (javadoc(path)) {
        tokens[i].attrSet('href', javadoc(path));
        tokens[i].attrSet('target', '_self'); // no page of VitePress's
      } else if (existsSync(path)) {
        const target = relative(root, path) + (statSync(path).isDirectory() ? '/' : '');
        if (sources) {
          tokens[i].attrSet('href', `${sources}/${target}`);
        } else {
          tokens[i].attrs = tokens[i].attrs.filter(([name]) => name !== 'href');
        }
      }
    }
    return open(tokens, i, options, env, self);
  };
}

const page = (text, link) => ({ text, link });

export default defineConfig({
  title: 'Diffusion4J',
  description: 'DALL-E 2, unCLIP, for the JVM',
  srcDir: '../../docs',
  outDir: 'dist',
  cleanUrls: false,
  lastUpdated: false,
  ignoreDeadLinks: [
    /^https?:\/\/localhost/, // of a server that the reader starts
    /^\/apidocs\//, // which are copied
  ],
  rewrites: { 'README.md': 'index.md', 'guide/README.md': 'guide/index.md', 'decisions/README.md': 'decisions/index.md', 'experiments/README.md': 'experiments/index.md' },
  markdown: {
    config: (md) => {
      md.use(formulas);
      md.use(links);
    },
  },
  // The pages lie outside of this folder, and so find no libraries by themselves.
  vite: {
    resolve: {
      alias: [
        { find: /^vue$/, replacement: resolve(here, 'node_modules/vue') },
        { find: 'vue/server-renderer', replacement: resolve(here, 'node_modules/vue/server-renderer') },
      ],
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [page('First hour', '/tutorial'), page('Guide', '/guide/'), page('Decisions', '/decisions/'), ...(existsSync(apidocs) ? [{ text: 'Javadoc', link: '/apidocs/index.html', target: '_self' }] : [])],
    sidebar: [
      {
        text: 'Guide',
        items: [
          page('From noise to DALL-E 2', '/guide/'),
          page('0 Symbols', '/guide/00-symbols'),
          page('1 Noise', '/guide/01-noise'),
          page('2 Schedules', '/guide/02-schedules'),
          page('3 The way back', '/guide/03-the-way-back'),
          page('4 The bound', '/guide/04-the-bound'),
          page('5 A network', '/guide/05-a-network'),
          page('6 Samplers', '/guide/06-samplers'),
          page('7 Guidance', '/guide/07-guidance'),
          page('8 CLIP', '/guide/08-clip'),
          page('9 unCLIP', '/guide/09-unclip'),
        ],
      },
      {
        text: 'Draw',
        items: [
          page('A first hour', '/tutorial'),
          page('Editing', '/editing'),
          page('Choosing a sampler', '/choosing-a-sampler'),
          page('Guidance by gradients', '/guidance'),
          page('In the plane', '/toy'),
        ],
      },
      {
        text: 'Build with it',
        items: [
          page('Library', '/library'),
          page('Clients', '/clients'),
          page('Extending', '/extending'),
          page('CLIP', '/clip'),
          page('In bulk, on Spark', '/spark'),
        ],
      },
      {
        text: 'Serve',
        items: [page('Serving', '/serving'), page('HTTP API', '/http-api'), page('AUTOMATIC1111', '/a1111'), page('Open Inference', '/open-inference'), page('Web page', '/web-page'), page('Jobs', '/jobs'), page('Filters', '/filters'), page('Provenance', '/provenance'), page('Security', '/security')],
      },
      {
        text: 'Train',
        items: [
          page('Own pictures', '/own-data'),
          page('Training', '/training'),
          page('Several processes', '/scaling'),
          page('LoRA', '/lora'),
          page('DDPM and DiT', '/ddpm'),
          page('Evaluation', '/evaluation'),
          page('Quality', '/quality'),
        ],
      },
      {
        text: 'Published models',
        items: [
          page('Checkpoints', '/published-checkpoints'),
          page("OpenAI's", '/openai-checkpoints'),
          page('Kandinsky 2.2', '/kandinsky'),
          page('Stable Diffusion', '/latent'),
          page('Export to ONNX', '/export'),
        ],
      },
      {
        text: 'Inside',
        items: [
          page('Benchmarks', '/benchmarks'),
          page('Performance', '/performance'),
          page('Engine notes', '/engine-notes'),
          page('Conventions', '/conventions'),
          page('Decisions', '/decisions/'),
          page('Experiments', '/experiments/'),
        ],
      },
    ],
  },
});
