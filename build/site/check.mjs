// Fails on a formula that does not parse, and on one whose backslashes GitHub would eat.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import katexPlugin from '@vscode/markdown-it-katex';
import { render } from './formulas.mjs';

const docs = new URL('../../docs', import.meta.url).pathname;
const md = new MarkdownIt({ html: true });
md.use(katexPlugin.default ?? katexPlugin, {});
md.disable('text_join'); // else \$5 is a lone $

let formulas = 0;
const wrong = [];

function check(page, line, text, displayMode) {
  formulas++;
  try {
    render(text, displayMode);
  } catch (e) {
    wrong.push(`${page}:${line}: ${text.trim()}: ${e.message}`);
  }
}

for (const name of readdirSync(docs, { recursive: true })) {
  if (!name.endsWith('.md')) continue;
  let line = 0;
  for (const token of md.parse(readFileSync(join(docs, name), 'utf8'), {})) {
    line = token.map ? token.map[0] + 1 : line;
    if (token.type === 'fence' && token.info.trim() === 'math') check(name, line, token.content, true);
    for (const child of token.children ?? [token]) {
      if (!child.type.startsWith('math_')) continue;
      const quoted = child.content.startsWith('`');
      check(name, line, child.content.replace(/^`|`$/g, ''), child.type !== 'math_inline');
      if (!quoted && child.type === 'math_inline' && /\\[^A-Za-z\s]/.test(child.content)) {
        wrong.push(`${name}:${line}: ${child.content}: write $\`…\`$, or GitHub drops its backslashes`);
      }
    }
  }
}

wrong.forEach((one) => console.error(one));
console.log(`${formulas} formulas, ${wrong.length} wrong`);
process.exit(wrong.length > 0 || formulas === 0 ? 1 : 0);
