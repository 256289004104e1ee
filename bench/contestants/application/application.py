#!/usr/bin/python3
"""The application with its ORM: runs its operations and tells how long they took, or what it sends.

    application.py --dsn postgresql:///db [--times 100] [--processes 4]
        each operation so many times in each process; a line of CSV for each:
        operation, processes, how many, median and 95th percentile in milliseconds
    application.py --dsn BLANK --text-dsn TEXT --capture FOLDER
        writes the pgbench scripts: the statements that SQLAlchemy sends, in a database
        whose reports are blank and in one where they have text. They change with the
        rules in rules.py, and are not to be edited.
"""

import argparse
import multiprocessing
import statistics
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


def run(dsn, times):
    runner = Runner(connect(dsn), lambda operation: None)
    for _ in range(times):
        runner.cycle()
        runner.dialog()
        runner.register()
    for _ in range(max(times // 20, 1)):
        runner.groups()
    return runner.took


def measure(dsn, times, processes):
    with multiprocessing.Pool(processes) as pool:
        parts = pool.starmap(run, [(dsn, times)] * processes)
    print("operation,processes,count,median_ms,p95_ms")
    for operation in parts[0]:
        if operation == "none":
            continue
        took = sorted(t for part in parts for t in part[operation])
        p95 = took[int(len(took) * 0.95)]
        print(f"{operation},{processes},{len(took)},{statistics.median(took) * 1000:.3f},{p95 * 1000:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--text-dsn")
    parser.add_argument("--capture", metavar="FOLDER")
    options = parser.parse_args()
    if options.capture:
        capture.write_scripts(options.capture, options.dsn, options.text_dsn, connect, Runner)
    else:
        measure(options.dsn, options.times, options.processes)


if __name__ == "__main__":
    main()
