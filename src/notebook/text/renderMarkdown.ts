/** Markdown with maths to safe HTML. Text may come from a link: what could run, load or pass for the page is left out. */
import DOMPurify from 'dompurify';
import { Marked, type TokenizerAndRendererExtension } from 'marked';
import temml from 'temml';

const HTML_TAGS = [
  ...['p', 'br', 'hr', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'a', 'sub', 'sup'],
  ...['h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
];
const MATH_TAGS = [
  ...['math', 'semantics', 'annotation', 'mrow', 'mi', 'mo', 'mn', 'ms', 'mtext', 'mspace', 'mfrac', 'msqrt'],
  ...['mroot', 'mstyle', 'mpadded', 'mphantom', 'msub', 'msup', 'msubsup', 'munder', 'mover', 'munderover'],
  ...['mmultiscripts', 'mprescripts', 'mtable', 'mtr', 'mtd'],
];
const HTML_ATTRIBUTES = ['href', 'start', 'align', 'tabindex'];
const MATH_ATTRIBUTES = [
  ...['display', 'mathvariant', 'stretchy', 'fence', 'separator', 'lspace', 'rspace', 'minsize', 'maxsize'],
  ...['symmetric', 'movablelimits', 'largeop', 'form', 'accent', 'accentunder', 'linethickness', 'width'],
  ...[
    'height',
    'depth',
    'voffset',
    'columnalign',
    'rowspacing',
    'columnspacing',
    'displaystyle',
    'scriptlevel',
  ],
];

const block: TokenizerAndRendererExtension = {
  name: 'displayMath',
  level: 'block',
  start: (text) => text.indexOf('$$'),
  tokenizer(text) {
    const found = /^\$\$([^]+?)\$\$(?:\n|$)/.exec(text);
    return found ? { type: 'displayMath', raw: found[0], formula: found[1] } : undefined;
  },
  // A wide formula scrolls, by keyboard too.
  renderer: ({ formula }) => `<p tabindex="0">${maths(formula as string, true)}</p>`,
};

/** A dollar sign before a digit is money, unless a formula is closed on the same line. */
const inline: TokenizerAndRendererExtension = {
  name: 'inlineMath',
  level: 'inline',
  start: (text) => text.indexOf('$'),
  tokenizer(text) {
    const found = /^\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\d)/.exec(text);
    return found ? { type: 'inlineMath', raw: found[0], formula: found[1] } : undefined;
  },
  renderer: ({ formula }) => maths(formula as string, false),
};

/** A formula with a fault is shown as it was written, in red. */
function maths(formula: string, displayMode: boolean): string {
  return temml.renderToString(formula, { displayMode, annotate: false, trust: false, throwOnError: false });
}

const marked = new Marked({
  gfm: true,
  extensions: [block, inline],
  renderer: {
    // The page's own headings are h1 and h2.
    heading({ tokens, depth }) {
      const level = Math.min(6, Math.max(3, depth));
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
    },
    // A wide table or block of code scrolls, by keyboard too.
    code({ text }) {
      return `<pre tabindex="0"><code>${text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)}</code></pre>`;
    },
  },
});

/** @returns HTML of headings from h3, text, lists, tables, code, links and MathML; nothing else of the text survives. */
export function renderMarkdown(markdown: string): string {
  const html = marked.parse(markdown, { async: false });
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: [...HTML_TAGS, ...MATH_TAGS],
    ALLOWED_ATTR: [...HTML_ATTRIBUTES, ...MATH_ATTRIBUTES],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    // Of every attribute's value: no scheme but these. DOMPurify's own pattern, with fewer of them.
    ALLOWED_URI_REGEXP: /^(?:https?:|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  });
}
