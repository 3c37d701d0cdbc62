"""The shop: a small service whose every answer needs a database that can write.

    GET  /orders   counts this look at the shop (a write), then shows the last ten orders (a read)   200, else 503
    POST /orders   places an order; the body is the item                                              201, else 503
    GET  /health   200 while the database takes writes, else 503: for load balancers
    GET  /live     200 while the process runs

Two versions of it run on each host, blue and green, which differ in nothing but the port and the `version` of their
answers. ERRORS, a file, makes a version bad: it holds the share of requests to /orders that end as 500.

Every request has DEADLINE_S for the database, waiting for a connection and connecting included, enforced on
this side: a server that has gone silent can't enforce it.
"""

import json
import os
import queue
import random
import select
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2
import psycopg2.extensions

HOST = os.environ["SHOP_HOST"]
REGION = os.environ["SHOP_REGION"]
VERSION = os.environ["SHOP_VERSION"]
PORT = int(os.environ["SHOP_PORT"])
ERRORS = "/run/lab-errors-" + VERSION
DATABASE = os.environ["SHOP_DATABASE"] + " options='-c statement_timeout=800' application_name=shop"
DEADLINE_S = 0.9
CONNECTIONS_MAX = 8
SHELVES = 64

LOOK = """
    insert into looks (shelf) values (%s)
    on conflict (shelf) do update set looked = looks.looked + 1, last = now()
"""
LATEST = "select id, item, placed::text from orders order by id desc limit 10"
PLACE = "insert into orders (item) values (%s) returning id, item, placed::text"
WRITABLE = "select not pg_is_in_recovery()"

current = threading.local()


class Unavailable(Exception):
    """The database didn't do what the request needed in time."""


def remaining():
    left = current.deadline - time.monotonic()
    if left <= 0:
        raise Unavailable(f"the database didn't answer within {DEADLINE_S} s")
    return left


def wait(connection):
    """Lets psycopg2 wait for the server no longer than the request's deadline."""
    while True:
        state = connection.poll()
        if state == psycopg2.extensions.POLL_OK:
            return
        ends = ([connection.fileno()], []) if state == psycopg2.extensions.POLL_READ else ([], [connection.fileno()])
        select.select(*ends, [], remaining())


psycopg2.extensions.set_wait_callback(wait)


class Pool:
    """At most CONNECTIONS_MAX connections; one that failed is thrown away, never handed out again."""

    def __init__(self):
        self.slots = queue.LifoQueue()
        for _ in range(CONNECTIONS_MAX):
            self.slots.put(None)

    def ask(self, *statements):
        """Runs the statements, each its own transaction, and returns the rows of the last."""
        current.deadline = time.monotonic() + DEADLINE_S
        try:
            connection = self.slots.get(timeout=DEADLINE_S)
        except queue.Empty:
            raise Unavailable("every connection to the database is busy") from None
        healthy = False
        try:
            if connection is None:
                connection = psycopg2.connect(DATABASE)
                connection.autocommit = True
            with connection.cursor() as cursor:
                for text, values in statements:
                    cursor.execute(text, values)
                rows = cursor.fetchall()
            healthy = True
            return rows
        except psycopg2.Error as error:
            raise Unavailable(str(error).strip().split("\n")[0]) from error
        finally:
            if connection is not None and not healthy:
                connection.close()
            self.slots.put(connection if healthy else None)


pool = Pool()


def error_rate():
    try:
        with open(ERRORS) as file:
            return float(file.read())
    except OSError:
        return 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/orders":
            self.serve(200, self.orders)
        elif path == "/health":
            self.serve(200, self.health)
        elif path == "/live":
            self.reply(200, {"live": True})
        else:
            self.reply(404, {"problem": "the shop has /orders, /health and /live"})

    def do_POST(self):
        item = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1000)).decode(errors="replace")
        if self.path.partition("?")[0] == "/orders":
            self.serve(201, lambda: self.place(item or "something"))
        else:
            self.reply(404, {"problem": "orders go to /orders"})

    def orders(self):
        rows = pool.ask((LOOK, (random.randrange(SHELVES),)), (LATEST, ()))
        return {"orders": [dict(zip(("id", "item", "placed"), row)) for row in rows]}

    def place(self, item):
        return dict(zip(("id", "item", "placed"), pool.ask((PLACE, (item,)))[0]))

    def health(self):
        if not pool.ask((WRITABLE, ()))[0][0]:
            raise Unavailable("the database is a standby: it takes no writes")
        return {"healthy": True}

    def serve(self, status, work):
        if self.path.startswith("/orders") and random.random() < error_rate():
            return self.reply(500, {"problem": f"{ERRORS} makes this version fail"})
        try:
            self.reply(status, work())
        except Unavailable as problem:
            self.reply(503, {"problem": str(problem)})

    def reply(self, status, answer):
        body = json.dumps({"host": HOST, "region": REGION, "version": VERSION, **answer}).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing: fifty lines a second would hide what matters."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


Server(("0.0.0.0", PORT), Handler).serve_forever()
