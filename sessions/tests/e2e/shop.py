"""A foreign web site: a little server on another origin whose pages load the widget under a strict policy."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><h1>A shop</h1>
<p>{path}</p><a href="/other">Other page</a>
<script src="{site}/widget.js" data-key="{key}" data-queue="{queue}" data-context="{context}" async></script>
</body></html>"""


class Shop:
    """Serves any path with the widget of one queue."""

    def __init__(self, site: str) -> None:
        """Listen on a free port of 127.0.0.1, which is another site than localhost."""
        self.site, self.key, self.queue, self.context, self.lang = site, "", "", "", "en"
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fields = {"site": shop.site, "key": shop.key, "queue": shop.queue, "context": shop.context}
                body = PAGE.format(**fields, lang=shop.lang, path=self.path).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header(
                    "Content-Security-Policy", f"default-src 'none'; script-src {shop.site}; frame-src {shop.site}"
                )
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
