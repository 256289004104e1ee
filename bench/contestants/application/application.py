#!/usr/bin/python3
"""The application with its ORM: runs a script's operations and tells how long they took, or what it sends.

    application.py --dsn postgresql:///db [--script cycle] [-t TIMES | -T SECONDS] [-c PROCESSES]
        as pgbench does: the mean of each operation in milliseconds, and scripts a second.
        What a process does once, it has done before
    application.py --dsn BLANK --text-dsn TEXT --capture FOLDER
        writes the pgbench scripts: the statements that SQLAlchemy sends, in a database
        whose reports are blank and in one where they have text. They change with the
        rules in rules.py, and are not to be edited.
"""

import argparse
import itertools
import multiprocessing
import statistics
import sys
import time

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

import capture
import rules

ORGANIZATION, ACTOR = "north", "ada"

# What operations are done on: patients and numbers that the data's functions give
PATIENT = "SELECT * FROM bench.next_patient()"
BIG_PATIENT = "SELECT mrn AS big_mrn, first, ids_32, ids_128 FROM bench.next_big()"
SPENT_PATIENT = (
    "SELECT p.mrn, p.r1, r.group_id AS spent_group FROM bench.spent_patient() p "
    "JOIN reportlink.report r ON r.organization_id = 'north' AND r.report_id = p.r1"
)
ORDER_NUMBER = "SELECT nextval('bench.order_number') AS n"


def connect(dsn, **connect_args):
    """values_plus_batch: rows inserted together are one statement, rows updated together one round trip."""
    return create_engine(dsn, executemany_mode="values_plus_batch", pool_size=1, max_overflow=0, connect_args=connect_args)


def next_row(engine, query):
    with engine.begin() as connection:
        return dict(connection.execute(text(query)).mappings().one())


class Runner:
    """Runs operations one by one; before each it calls `begins`, with the operation's name."""

    def __init__(self, engine, begins):
        self.engine = engine
        self.begins = begins
        self.took = {}
        with Session(engine) as session:
            self.facts = rules.read_facts(session)

    def request(self, operation, rule, *arguments):
        self.begins(operation)
        started = time.perf_counter()
        with Session(self.engine) as session, session.begin():
            result = rule(rules.Request(session, ORGANIZATION, ACTOR, self.facts), *arguments)
        self.took.setdefault(operation, []).append(time.perf_counter() - started)
        return result

    def cycle(self):
        values = next_row(self.engine, PATIENT)
        r = [values[f"r{i}"] for i in range(1, 9)]
        self.request("link_2", rules.link, r[:2])
        self.request("unlink_2", rules.unlink, r[1:2])
        self.request("link_8", rules.link, r)
        self.request("unlink_all", rules.unlink, r, True)
        self.request("link_4", rules.link, r[:4], False)
        self.request("none", rules.link, r[4:], False)
        self.request("merge", rules.link, [r[0], r[4]], False)
        self.request("unlink_one", rules.unlink, r[7:])
        self.request("add_one", rules.link, [r[0], r[7]], False)
        self.request("open", rules.open_report, r[1])
        self.request("save_4k", rules.save, r[2], {"final_report": values["content"]})
        self.request("sign_8", rules.sign, r[3])

    def groups(self):
        big = next_row(self.engine, BIG_PATIENT)
        values = next_row(self.engine, PATIENT)
        self.request("none", rules.link, [values["r1"], values["r2"]])
        self.request("none", rules.save, values["r1"], {"final_report": values["content"]})
        self.request("sign_2", rules.sign, values["r1"])
        self.request("link_32", rules.link, big["ids_32"])
        self.request("discard_32", rules.unlink, big["ids_32"], True)
        self.request("link_128", rules.link, big["ids_128"])
        self.request("none", rules.save, big["first"], {"final_report": values["content"]})
        self.request("sign_128", rules.sign, big["first"])

    def dialog(self):
        values = next_row(self.engine, SPENT_PATIENT)
        self.request("dialog", rules.dialog, values["r1"])
        self.request("find", rules.find, values["mrn"])

    def register(self):
        n = next_row(self.engine, ORDER_NUMBER)["n"]
        order = {"order_id": f"NEW-{n}", "site_id": "SITE-1", "study_name": "CT Chest with Contrast"}
        self.request("register_1", rules.register, [dict(order, mrn=f"NEW-{n // 4}", accession_number=f"NEW-{n}")])
        many = [dict(order, mrn=f"NEW-{n}-{i // 4}", accession_number=f"NEW-{n}-{i}") for i in range(1000)]
        self.request("register_1000", rules.register, many)


def run_script(options, ready):
    """The script so many times, or so many seconds, from when all are ready."""
    runner = Runner(connect(options.dsn), lambda operation: None)
    script = getattr(runner, options.script)
    script()
    runner.took.clear()
    ready.wait()
    started = time.perf_counter()
    for n in itertools.count(1):
        script()
        seconds = time.perf_counter() - started
        if n >= options.times if options.times else seconds >= options.seconds:
            break
    return n / seconds, runner.took


def run(options, ready, results):
    """One process; when it fails, all of them end."""
    try:
        results.put(run_script(options, ready))
    except BaseException:
        ready.abort()
        results.put(None)
        raise


def measure(options):
    ready = multiprocessing.Barrier(options.processes)
    results = multiprocessing.SimpleQueue()
    processes = [multiprocessing.Process(target=run, args=(options, ready, results), daemon=True) for _ in range(options.processes)]
    for process in processes:
        process.start()
    parts = [results.get() for _ in processes]
    if None in parts:
        sys.exit(1)
    for operation in parts[0][1]:
        if operation != "none":
            mean = statistics.mean(took for _, part in parts for took in part[operation])
            print(f"{operation} {mean * 1000:.4f}")
    print(f"tps {sum(tps for tps, _ in parts):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--script", choices=("cycle", "dialog", "groups", "register"), default="cycle")
    parser.add_argument("-t", dest="times", type=int)
    parser.add_argument("-T", dest="seconds", type=float, default=2)
    parser.add_argument("-c", dest="processes", type=int, default=1)
    parser.add_argument("--text-dsn")
    parser.add_argument("--capture", metavar="FOLDER")
    options = parser.parse_args()
    if options.capture:
        capture.write_scripts(options.capture, options.dsn, options.text_dsn, connect, Runner)
    else:
        measure(options)


if __name__ == "__main__":
    main()
