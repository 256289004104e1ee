"""Writes what SQLAlchemy sends as pgbench scripts.

Each statement is noted as it goes out, with its parameters. Those that are known to
the script by a name (a report's id, an id that an INSERT returned) become that
variable; what the application puts together from such (JSON) is put together by a
SELECT before the operation, which is not counted, or, where it needs an id that only
the operation itself makes, by format() in the statement. Rows that are updated
together are one round trip, so in the script they are a pipeline.
"""

import datetime
import difflib
import json
import os
import re

import psycopg2.extensions
from sqlalchemy import event, text

LOG = []

# ranges in which no two ids, positions or counts are alike
START = """
SELECT setval(n.sequence, greatest(n.start, pg_sequence_last_value(n.sequence::regclass)))
FROM (VALUES ('bench.patient_number', 600), ('reportlink.report_group_group_id_seq', 7100000),
	('reportlink.document_document_id_seq', 7200000), ('reportlink.event_event_id_seq', 7300000),
	('reportlink.publication_publication_id_seq', 7400000)) AS n (sequence, start)
"""

SCRIPTS = ("cycle", "dialog", "groups")


def note_rows(cursor, rows):
    if LOG:
        LOG[-1]["columns"] = [column.name for column in cursor.description]
        LOG[-1]["rows"] += [row for row in rows if row is not None]


# ids that nothing else is told
NOT_KEPT = ("past_link_id", "signature_id")


class Cursor(psycopg2.extensions.cursor):
    """Notes the rows that come back, for the ids in them."""

    def fetchall(self):
        rows = super().fetchall()
        note_rows(self, rows)
        return rows

    def fetchone(self):
        row = super().fetchone()
        note_rows(self, [row])
        return row


def listen(engine):
    def note(conn, cursor, statement, parameters, context, executemany):
        sets = parameters if executemany else [parameters]
        LOG.append({"statement": re.sub(r"\s+", " ", statement).strip(), "sets": [dict(p) for p in sets], "rows": []})

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "begin", lambda conn: LOG.append({"statement": "BEGIN", "sets": [{}], "rows": []}))
    event.listen(engine, "commit", lambda conn: LOG.append({"statement": "COMMIT", "sets": [{}], "rows": []}))


class Names:
    """Values that a script has a variable for."""

    def __init__(self):
        self.by_value = {}
        self.prepared = {}  # text that is put together before the operation: its expression by variable
        self.returned = set()  # variables that only the operation itself sets

    def learn(self, value, name):
        if isinstance(value, list):
            self.by_value[tuple(value)] = name
        elif value is not None:
            self.by_value[value] = name

    def learn_many(self, rows, operation, number):
        """Events that are inserted together: NOTIFY names each by its place before the last."""
        for place, row in enumerate(sorted(rows)):
            name = f"{operation}_{number}_{place}"
            self.learn(row[0], name)
            self.returned.add(name)

    def known(self, value):
        key = tuple(value) if isinstance(value, list) else value
        if isinstance(key, (int, str, tuple)) and not isinstance(key, bool):
            return self.by_value.get(key)
        return None

    def expression(self, value):
        """A parameter in SQL."""
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return str(value).lower()
        name = self.known(value)
        if isinstance(value, list):
            return f":{name}::bigint[]" if name else "ARRAY[" + ", ".join(self.expression(v) for v in value) + "]::bigint[]"
        if name:
            return ":" + name
        if isinstance(value, datetime.datetime):
            return "statement_timestamp()"
        if isinstance(value, int):
            return str(value)
        if value[:1] in "[{":
            return self.composed(json.loads(value))
        return "'" + value.replace("'", "''") + "'"

    def composed(self, value):
        """JSON that the application puts together."""
        if isinstance(value, list) and value and isinstance(value[0], dict):
            ids = self.expression([v["report_id"] for v in value])
            return self.prepare(f"bench.identifiers({ids})")
        arguments = []

        def leaf(v):
            if isinstance(v, dict):
                return "{" + ", ".join(f'"{k}": {leaf(w)}' for k, w in v.items()) + "}"
            if isinstance(v, list):
                if len(v) > 30:
                    arguments.append(f"array_to_string({self.expression(v)}, ', ')")
                    return "[%s]"
                return "[" + ", ".join(leaf(w) for w in v) + "]"
            if isinstance(v, str) and re.match(r"\d{4}-\d\d-\d\dT", v):
                arguments.append("to_jsonb(statement_timestamp())")
                return "%s"
            if isinstance(v, int) and not isinstance(v, bool) and self.known(v):
                arguments.append(f":{self.known(v)}::bigint")
                return "%s"
            return json.dumps(v)

        template = leaf(value).replace("'", "''")
        if not arguments:
            return f"'{template}'"
        expression = f"format('{template}', {', '.join(arguments)})"
        if any(f":{name}::" in expression for name in self.returned) or "statement_timestamp" in expression:
            return expression + ("" if "event_id" in value else "::jsonb")
        return self.prepare(expression)

    def prepare(self, expression):
        for name, known in self.prepared.items():
            if known == expression:
                return f":{name}"
        name = f"json_{len(self.prepared) + 1}"
        self.prepared[name] = expression
        return f":{name}"


def render(statement, parameters, names):
    text_ = re.sub(r"%\((\w+)\)s", lambda m: names.expression(parameters[m.group(1)]), statement)
    return text_.replace("%%", "%")


def render_insert(entry, names):
    """Rows that are inserted together are one statement of many VALUES."""
    head, values, tail = re.match(r"(INSERT INTO .*? VALUES )(\(.*\))(| RETURNING .*| ON CONFLICT .*)$", entry["statement"]).groups()
    return head + ", ".join(render(values, p, names) for p in entry["sets"]) + tail


def lines_of(entry, operation, number, names):
    """One noted statement as lines of the script."""
    statement, sets, rows = entry["statement"], entry["sets"], entry["rows"]
    returning = re.search(r"RETURNING .*\.(\w+)$", statement)
    if "pg_notify" in statement:
        return ["\\if :notify", render(statement, sets[0], names) + ";", "\\endif"]
    if len(sets) > 1 and not statement.startswith("INSERT"):
        return ["\\startpipeline"] + [render(statement, p, names) + ";" for p in sets] + ["\\endpipeline"]
    line = render_insert(entry, names) if len(sets) > 1 else render(statement, sets[0], names)
    if not returning or not rows or returning.group(1) in NOT_KEPT:
        return [line + ";"]
    if len(rows) > 1:
        # pgbench keeps one row: ids that follow on one another
        names.learn_many(rows, operation, number)
        return [line + ";"]
    variable = f"{operation}_{number}_{returning.group(1)}"
    names.learn(rows[0][0], variable)
    names.returned.add(variable)
    return [f"{line} \\gset {operation}_{number}_"]


def render_operation(operation, entries, names):
    """Housekeeping lines, and the lines that are counted."""
    names.prepared = {}
    names.returned = set()
    counted = []
    number = 0
    for entry in entries:
        number += "RETURNING" in entry["statement"]
        counted += lines_of(entry, operation, number, names)
    # ids of events in NOTIFY, of which the script keeps none
    for name in names.returned:
        place = re.match(rf"{operation}_\d+_(\d+)$", name)
        if place:
            count = sum(1 for n in names.returned if n.rsplit("_", 1)[0] == name.rsplit("_", 1)[0])
            behind = count - 1 - int(place.group(1))
            current = "currval('reportlink.event_event_id_seq')" + (f" - {behind}" if behind else "")
            counted = [line.replace(f":{name}::bigint", current) for line in counted]
    return [f"SELECT {expression} AS {name} \\gset" for name, expression in names.prepared.items()], counted


def capture(script, dsn, connect, runner_class):
    """The operations of a script, each as housekeeping and counted lines, in one database."""
    engine = connect(dsn, cursor_factory=Cursor)
    with engine.begin() as connection:
        connection.execute(text(START))
    listen(engine)
    parts = []
    runner = runner_class(engine, lambda operation: parts.append((operation, len(LOG))))
    LOG.clear()
    getattr(runner, script)()
    names = Names()
    names.learn(runner.facts["cluster_id"], "cluster")
    before = [entry for entry in LOG[: parts[0][1]] if "bench." in entry["statement"]]
    for entry in before:
        learn_row(entry, names)
    done = []
    for (operation, start), (_, end) in zip(parts, parts[1:] + [(None, len(LOG))]):
        done.append((operation, *render_operation(operation, LOG[start:end], names)))
    engine.dispose()
    return [entry["statement"] for entry in before], done


def learn_row(entry, names):
    """What the script is given to work on."""
    for name, value in zip(entry["columns"], entry["rows"][0]):
        if name == "ids_128":
            for place, report_id in enumerate(value):
                names.learn(report_id, f"b{place}")
        if name != "patient":
            names.learn(value, name)


def housekeeping(queries):
    lines = ["\\set none 0", "SELECT * FROM bench.application_facts() \\gset"] + [f"{query} \\gset" for query in queries]
    if any("ids_128" in query for query in queries):
        lines += [f"\\set b{place} :first + {place}" for place in range(128)]
    return lines


def either(blank, with_text):
    """Lines in common, and those of one of the two under a condition."""
    lines = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, blank, with_text, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += blank[i:j]
            continue
        one, other = blank[i:j], with_text[k:m]
        if not other:
            lines += ["\\if :is_blank"] + one + ["\\endif"]
        else:
            lines += ["\\if :has_text"] + other + (["\\else"] + one if one else []) + ["\\endif"]
    return lines


def write_script(path, queries, blank, with_text):
    """Where reports with text make the application send something else, the script has both."""
    lines = ["-- what application.py --capture has noted; see there"] + housekeeping(queries)
    for (operation, before, counted), (_, text_before, text_counted) in zip(blank, with_text):
        for one, other, marker in ((before, text_before, None), (counted, text_counted, f"\\set {operation} 0")):
            if marker is None and operation != "none" and (one or other):
                lines.append("\\set none 0")
            if marker:
                lines.append(marker)
            lines += either(one, other)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def write_scripts(folder, dsn, text_dsn, connect, runner_class):
    for script in SCRIPTS:
        queries, blank = capture(script, dsn, connect, runner_class)
        _, with_text = capture(script, text_dsn, connect, runner_class)
        write_script(os.path.join(folder, script + ".sql"), queries, blank, with_text)
