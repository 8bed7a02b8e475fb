/** The pages of docs/alerts as HTML for the portal, in the style of its own page. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';

/** HTML in a source is shown as text. */
const markdown = new MarkdownIt({ html: false });

/** Writes `<alert>.html` for each page of the folder `from`. */
export function writeAlertPages(from, to) {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    const alert = file.replace(/[.]md$/, '');
    writeFileSync(join(to, `${alert}.html`), page(alert, readFileSync(join(from, file), 'utf8')));
  }
}

function page(alert, source) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${alert}</title>
<link rel="stylesheet" href="/portal.css">
</head>
<body>
<nav><a href="/">Console</a> <a href="/portal/">Portal</a></nav>
${body(source)}</body>
</html>
`;
}

function body(source) {
  const tokens = markdown.parse(source, {});
  for (const token of tokens) if (token.children) token.children = withServedLinks(token.children);
  return markdown.renderer.render(tokens, markdown.options, {});
}

/** Links to other alerts, without the ending; of links to the rest of the manual, which the portal does not have, the text. */
function withServedLinks(tokens) {
  let isServed = true;
  return tokens.filter((token) => {
    if (token.type === 'link_open') {
      const target = token.attrGet('href');
      isServed = /^https:|^\w+[.]md$/.test(target);
      token.attrSet('href', target.replace(/[.]md$/, ''));
    }
    return isServed || !/^link_/.test(token.type);
  });
}
