// Formulas as GitHub writes them: $…$, $`…`$ and blocks called math, rendered by KaTeX at build time.
import katexPlugin from '@vscode/markdown-it-katex';
import katex from 'katex';

/** Throws where a formula does not parse. */
export function render(text, displayMode) {
  return katex.renderToString(text, { displayMode, throwOnError: true, strict: 'error', trust: false });
}

export function formulas(md) {
  md.use(katexPlugin.default ?? katexPlugin, { katex, throwOnError: true, strict: 'error' });
  // Vue must not read the braces of a formula as its own.
  for (const rule of ['math_inline', 'math_block', 'math_inline_block', 'math_inline_bare_block']) {
    md.renderer.rules[rule] = (tokens, i) => {
      const displayMode = rule !== 'math_inline';
      const text = tokens[i].content.replace(/^`|`$/g, '');
      return `<span v-pre>${render(text, displayMode)}</span>`;
    };
  }
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, i, options, env, self) =>
    tokens[i].info.trim() === 'math'
      ? `<div v-pre>${render(tokens[i].content, true)}</div>`
      : fence(tokens, i, options, env, self);
}
