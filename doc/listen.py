#!/usr/bin/python3
# listen.py: the events of reportlink, each at least once, in the order of the feed
#
#     PGDATABASE=radiology python3 listen.py SUBSCRIBER [ORGANIZATION]
#
# Without an organization: of every one. SIGTERM ends it; after an error it ends
# with a status other than 0, for systemd or the like to start it again. It goes on
# where it was. Functions that are not in "public" are found through PGOPTIONS.
#
# For psycopg 3, Debian's python3-psycopg. With psycopg 2: conn.autocommit = True,
# a cursor to execute with, and conn.notifies, after conn.poll(), for the handler.
import select
import signal
import socket
import sys

import psycopg

POLL_SECONDS = 10  # how late it may be when a notification is missed, or reportlink.notify is off
who = (sys.argv[2] if len(sys.argv) > 2 else None, sys.argv[1])


def handle(event):
    """Yours. The event is JSON, see json.loads(). It is done when this returns, and flush() did."""
    print(event)


def flush():
    sys.stdout.flush()


# a signal makes a socket readable: it ends a wait, and nothing else in the middle
stop, signals = socket.socketpair()
signals.setblocking(False)
signal.set_wakeup_fd(signals.fileno())
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: None)

# each statement is a transaction of its own: none is open while it waits, or handles
conn = psycopg.connect(autocommit=True, client_encoding="UTF8")
try:
    conn.execute("SELECT reportlink_subscribe(%s, %s)", who)
except psycopg.Error as error:
    if error.diag.sqlstate != "RL022":  # RL022: it subscribed before
        raise

notified = []
conn.add_notify_handler(notified.append)
conn.execute("LISTEN reportlink")  # reportlink.notify_channel; first this, then look
while not select.select([stop], [], [], 0)[0]:
    notified.clear()
    events = conn.execute("SELECT event_id, row_to_json(f)::text FROM reportlink_fetch(%s, %s) f", who).fetchall()
    for _, event in events:
        handle(event)
    if events:
        flush()
        conn.execute("SELECT reportlink_ack(%s, %s, %s)", (*who, events[-1][0]))
    elif not notified:  # it may have come with the answer
        select.select([conn, stop], [], [], POLL_SECONDS)
conn.close()
