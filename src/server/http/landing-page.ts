import type { Dialect } from '../../dialects/dialect.ts';

/** The one plain page a browser gets: what this is, where it answers, how to ask each. */
export function landingPage(baseUrl: string, dialects: readonly Dialect[]): string {
  const placeholder = { baseUrl, id: '$STOWAGE_ID', secret: '$STOWAGE_SECRET', projectId: '$STOWAGE_PROJECT' };
  const rows = dialects.map((dialect) => {
    const calls = dialect.calls
      .map((call) => `<li><code>${escapeHtml(`${call.method} ${call.path}`)}</code> ${escapeHtml(call.about)}</li>`)
      .join('');
    return `<section><h2>${escapeHtml(dialect.title)}</h2><ul>${calls}</ul><pre>${escapeHtml(dialect.curl(placeholder))}</pre></section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Stowage</title><meta name="viewport" content="width=device-width">
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1b1e;background:#fff}
pre{background:#f1f3f5;padding:.75rem;overflow:auto;border-radius:4px}code{font-family:ui-monospace,monospace}h2{margin-top:2rem;font-size:1.1rem}
@media (prefers-color-scheme:dark){body{color:#e9ecef;background:#1a1b1e}pre{background:#2c2e33}a{color:#8ab4f8}}
</style></head><body>
<h1>Stowage</h1>
<p>An inventory of every container and VM image: where it is kept, what is in it, and what runs it now. It answers through
five image APIs and its own. The lines below expect a credential in <code>STOWAGE_ID</code> and <code>STOWAGE_SECRET</code> and
the project id in <code>STOWAGE_PROJECT</code>.</p>
<section><h2>Own API</h2><ul><li><code>GET /stowage/v1/images</code> images, filtered by a query</li>
<li><a href="/stowage/openapi.json"><code>/stowage/openapi.json</code></a> everything else</li></ul>
<pre>curl -sS -u "$STOWAGE_ID:$STOWAGE_SECRET" '${escapeHtml(baseUrl)}/stowage/v1/images?limit=25'</pre></section>
${rows.join('\n')}
<p><a href="/healthz">health</a> · <a href="/readyz">ready</a> · <a href="/metrics">metrics</a></p>
</body></html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
