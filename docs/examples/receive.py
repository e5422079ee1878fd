"""Receives what a webhook posts, checks the signature, and prints each event once.

    pip install standardwebhooks
    WEBHOOK_SECRET=whsec_... python receive.py 8443

In front of it stands a server with TLS. The ids belong into a database with a unique key.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

known: set[str] = set()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = Webhook(os.environ["WEBHOOK_SECRET"]).verify(body, dict(self.headers.items()))
        except WebhookVerificationError:
            return self.answer(400)
        if self.headers["webhook-id"] not in known:
            known.add(self.headers["webhook-id"])
            print(event["type"], event["data"]["sentence"], flush=True)
        return self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
