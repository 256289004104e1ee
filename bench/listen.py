#!/usr/bin/python3
"""listen.py COUNT DATABASE: so many sessions that LISTEN and read what they are told.

Says so on stderr once all of them listen; at SIGTERM it prints of each event that
the first of them heard of its id and the time, in seconds since 1970.
"""
import json
import selectors
import signal
import sys
import time

import psycopg2

heard = []
going = True


def stop(*_):
    global going
    going = False


signal.signal(signal.SIGTERM, stop)
selector = selectors.DefaultSelector()
for number in range(int(sys.argv[1])):
    connection = psycopg2.connect(dbname=sys.argv[2])
    connection.autocommit = True
    connection.cursor().execute("LISTEN reportlink")
    selector.register(connection, selectors.EVENT_READ, number == 0)
print("listening", file=sys.stderr, flush=True)

while going:
    for key, _ in selector.select(timeout=0.1):
        key.fileobj.poll()
        now = time.time()
        if key.data:
            heard.extend((notification.payload, now) for notification in key.fileobj.notifies)
        key.fileobj.notifies.clear()

for payload, at in heard:
    print(json.loads(payload)["event_id"], repr(at), sep="\t")
