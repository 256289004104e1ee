"""reportlink's rules in Python: each operation is a request, with a session and a transaction of its own.

The locks are those of reportlink: the patient, then groups by id, then reports by id.
"""

import datetime
import json

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from model import Document, Event, Member, Organization, PastLink, Patient, Publication, Report, ReportGroup, Signature

CONTENT = ("transcript", "final_report", "clinical_history", "views", "contrast", "laterality", "comparison", "study_at")
DRAFTERS = ("attending", "resident", "drafter")
LINKERS = ("attending", "resident", "administrator", "integration")
OFFICE = ("administrator", "integration")


class Refused(Exception):
    """A refusal; code is that of reportlink."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def refuse_if(condition, code):
    if condition:
        raise Refused(code)


class Request:
    """One request of a user: his session, his role, and the events that it makes."""

    def __init__(self, session, organization_id, actor, facts):
        self.session = session
        self.organization_id = organization_id
        self.actor = actor
        self.facts = facts
        self.events = []

    def authorize(self, roles):
        refuse_if(not self.actor, "RL012")
        self.organization = self.session.get(Organization, self.organization_id)
        self.member = self.session.get(Member, (self.organization_id, self.actor))
        refuse_if(self.member is None or not self.member.active, "RL013")
        refuse_if(self.member.role not in roles, "RL014")
        self.role = self.member.role

    def find(self, ids):
        """Reports by id, in request order, without a lock."""
        found = {
            r.report_id: r
            for r in self.session.scalars(
                select(Report).where(Report.organization_id == self.organization_id, Report.report_id.in_(ids))
            )
        }
        refuse_if(any(i not in found for i in ids), "RL002")
        return [found[i] for i in ids]

    def lock(self, mrn, ids):
        """Locks the patient, the groups of these reports, then them and all linked to them; reads them again."""
        if mrn is None:
            locked = select(Report).where(Report.organization_id == self.organization_id, Report.report_id.in_(ids))
            return [], self.session.scalars(locked.with_for_update(key_share=True), execution_options={"populate_existing": True}).all()
        self.session.execute(
            select(Patient.mrn)
            .where(Patient.organization_id == self.organization_id, Patient.mrn == mrn)
            .with_for_update(key_share=True)
        ).one()
        own_groups = select(Report.group_id).where(
            Report.organization_id == self.organization_id,
            Report.mrn == mrn,
            Report.report_id.in_(ids),
            Report.group_id.isnot(None),
        )
        groups = self.session.scalars(
            select(ReportGroup)
            .where(ReportGroup.organization_id == self.organization_id, ReportGroup.group_id.in_(own_groups))
            .order_by(ReportGroup.group_id)
            .with_for_update(key_share=True),
            execution_options={"populate_existing": True},
        ).all()
        wanted = Report.report_id.in_(ids)
        if groups:
            wanted = or_(wanted, Report.group_id.in_([g.group_id for g in groups]))
        reports = self.session.scalars(
            select(Report)
            .where(Report.organization_id == self.organization_id, Report.mrn == mrn, wanted)
            .order_by(Report.report_id)
            .with_for_update(key_share=True),
            execution_options={"populate_existing": True},
        ).all()
        refuse_if(any(i not in {r.report_id for r in reports} for i in ids), "40001")
        return groups, reports

    def lock_unit(self, report_id):
        """One report, its group and the members of it in link order."""
        (report,) = self.find([report_id])
        groups, reports = self.lock(report.mrn, [report_id])
        group = groups[0] if groups else None
        return report, group, sorted(reports, key=lambda r: r.link_position or 0)

    def require_own_or_nobodys(self, reports):
        if self.role not in OFFICE:
            refuse_if(any(r.owner_id not in (None, self.actor) for r in reports), "RL008")

    def record(self, type, group, document_id, reports, **data):
        self.events.append(
            Event(
                organization_id=self.organization_id,
                type=type,
                group_id=group.group_id if group else None,
                document_id=document_id,
                default_report_id=group.default_report_id if group else None,
                report_ids=[r.report_id for r in reports],
                linked_identifiers=[
                    {
                        "report_id": r.report_id,
                        "accession_number": r.accession_number,
                        "mrn": r.mrn,
                        "order_id": r.order_id,
                        "site_id": r.site_id,
                        "native_id": r.native_id,
                        "assigning_authority": r.assigning_authority,
                    }
                    for r in reports
                ],
                actor=self.actor,
                database_role=self.facts["database_role"],
                data=data,
                cluster_id=self.facts["cluster_id"],
            )
        )

    def record_owner(self, group, document_id, reports, old, new):
        data = {"old_owner": old, "new_owner": new}
        if self.organization.notify_previous_owner and old is not None:
            data["recipient"] = old
        self.record("report.owner_changed", group, document_id, reports, **data)

    def finish(self):
        """Stores what changed and the events, and notifies them."""
        self.session.add_all(self.events)
        self.session.flush()
        if not self.facts["notify"]:
            return
        for event in self.events:
            payload = {
                "event_id": event.event_id,
                "type": event.type,
                "organization_id": event.organization_id,
                "group_id": event.group_id,
                "report_ids": event.report_ids,
            }
            if len(json.dumps(payload)) > 7999:
                del payload["report_ids"]
                payload["truncated"] = True
            self.session.execute(select(func.pg_notify("reportlink", json.dumps(payload))))


def newest_document(request, group):
    return request.session.scalar(
        select(func.max(Document.document_id)).where(
            Document.organization_id == request.organization_id, Document.group_id == group.group_id
        )
    )


def store_past(request, reports, groups):
    for report in reports:
        group = groups[report.group_id]
        if not hasattr(group, "newest"):
            group.newest = newest_document(request, group)
        request.session.add(
            PastLink(
                organization_id=request.organization_id,
                report_id=report.report_id,
                group_id=group.group_id,
                document_id=group.document_id,
                last_document_id=group.newest,
            )
        )


def choose_text(request, preferred, in_force):
    """The document of a link, and those with other text that it supersedes."""
    ids = list(dict.fromkeys(i for i in [preferred] + in_force if i is not None))
    if not [i for i in ids if i != preferred]:
        return preferred, []
    rows = {
        d.document_id: d
        for d in request.session.scalars(
            select(Document).where(Document.organization_id == request.organization_id, Document.document_id.in_(ids))
        )
    }
    candidates = [rows[i] for i in ids if not rows[i].blank]
    if not candidates:
        return preferred, []
    chosen = candidates[0]
    return chosen.document_id, [
        d.document_id for d in candidates if any(getattr(d, c) != getattr(chosen, c) for c in CONTENT)
    ]


def link(request, ids, trigger_open_event=True):
    request.authorize(LINKERS)
    ids = list(dict.fromkeys(ids))
    refuse_if(len(ids) < 2, "RL001")
    found = request.find(ids)
    refuse_if(any(r.mrn is None for r in found), "RL003")
    mrn = found[0].mrn
    refuse_if(any(r.mrn != mrn for r in found), "RL004")

    group_rows, reports = request.lock(mrn, ids)
    groups = {g.group_id: g for g in group_rows}
    by_id = {r.report_id: r for r in reports}
    named = [by_id[i] for i in ids]
    refuse_if(any(r.status == "cancelled" for r in reports), "RL005")
    refuse_if(any(r.status not in ("unread", "draft") for r in reports), "RL006")
    refuse_if(request.role not in OFFICE and not request.organization.linking_enabled, "RL007")
    request.require_own_or_nobodys(reports)
    owners = {r.owner_id for r in reports if r.owner_id is not None}
    refuse_if(len(owners) > 1, "RL008")
    added = [r for r in named if r.group_id is None]
    refuse_if(len(groups) == 1 and not added, "RL009")

    in_force = {r.report_id: groups[r.group_id].document_id if r.group_id else r.document_id for r in reports}
    joined = group_rows[0] if len(groups) == 1 else None
    if joined:
        members = sorted((r for r in reports if r.group_id), key=lambda r: r.link_position) + added
        merged = []
    else:
        merged = list(dict.fromkeys(r.group_id for r in named if r.group_id))
        rest = [r for r in reports if r.report_id not in ids]
        members = named + sorted(rest, key=lambda r: (merged.index(r.group_id), r.link_position))
    document_id, superseded = choose_text(
        request, joined.document_id if joined else in_force[ids[0]], [in_force[i] for i in ids]
    )

    old_status = "draft" if any(r.status == "draft" for r in members) else "unread"
    status = old_status
    owner = next(iter(owners), None)
    drafting = any(r.drafting for r in members)
    opens = trigger_open_event and request.role in DRAFTERS
    if opens:
        status, owner, drafting = "draft", owner or request.actor, True

    if merged:
        store_past(request, [r for r in members if r.group_id], groups)
    elif joined and joined.document_id not in (None, document_id):
        store_past(request, [r for r in members if r.group_id], groups)
    if joined:
        group = joined
        group.document_id = document_id
        group.member_count = len(members)
    else:
        group = ReportGroup(
            organization_id=request.organization_id,
            mrn=mrn,
            default_report_id=ids[0],
            document_id=document_id,
            member_count=len(members),
            created_by=request.actor,
        )
        request.session.add(group)
        request.session.flush()
    for group_id in merged:
        groups[group_id].member_count = 0
        groups[group_id].closed_at = func.now()
        groups[group_id].merged_into = group.group_id

    unowned = [r for r in members if r.owner_id is None]
    position = 0
    for report in members:
        position = report.link_position if joined and report.group_id else position + 1
        report.group_id = group.group_id
        report.link_position = position
        report.status = status
        report.owner_id = owner
        report.drafting = drafting

    request.record(
        "report.linked",
        group,
        document_id,
        members,
        linked_report_ids=[r.report_id for r in added],
        merged_group_ids=merged,
        superseded_document_ids=superseded,
        status=status,
        owner_id=owner,
    )
    if owner is not None and unowned:
        request.record_owner(group, document_id, unowned, None, owner)
    if trigger_open_event:
        request.record("report.opened", group, document_id, members, old_status=old_status, status=status, view=not opens)
    request.finish()
    return group.group_id


def unlink(request, ids, discard=False):
    request.authorize(LINKERS)
    ids = list(dict.fromkeys(ids))
    refuse_if(not ids, "22023")
    found = request.find(ids)
    mrn = found[0].mrn
    if any(r.mrn is None or r.mrn != mrn for r in found):
        refuse_if(any(r.group_id is None for r in found), "RL010")
        raise Refused("RL011")

    groups, reports = request.lock(mrn, ids)
    by_id = {r.report_id: r for r in reports}
    leaving = [by_id[i] for i in ids]
    refuse_if(any(r.group_id is None for r in leaving), "RL010")
    refuse_if(len(groups) > 1, "RL011")
    refuse_if(any(r.status not in ("unread", "draft") for r in reports), "RL006")
    request.require_own_or_nobodys(reports)

    group = groups[0]
    members = sorted(reports, key=lambda r: r.link_position)
    staying = [r for r in members if r.report_id not in ids]
    dissolves = len(staying) < 2
    owner = leaving[0].owner_id
    gone = leaving + (staying if dissolves else [])
    store_past(request, gone, {group.group_id: group})
    blank = {}
    if discard:
        own = [r.document_id for r in leaving if r.document_id is not None]
        if own:
            blank = dict(
                request.session.execute(
                    select(Document.document_id, Document.blank).where(
                        Document.organization_id == request.organization_id, Document.document_id.in_(own)
                    )
                ).all()
            )
    for report in gone:
        report.group_id = None
        report.link_position = None
        if discard and report.report_id in ids:
            report.owner_id = None
            report.drafting = False
            report.status = "unread" if blank.get(report.document_id, True) else "draft"
        else:
            report.document_id = group.document_id
    group.member_count = 0 if dissolves else len(staying)
    if dissolves:
        group.closed_at = func.now()
    elif group.default_report_id in ids:
        group.default_report_id = staying[0].report_id

    default_report_id, document_id = group.default_report_id, group.document_id
    if discard and owner is not None:
        request.record_owner(group, document_id, leaving, owner, None)
    request.record(
        "report.unlinked",
        group,
        document_id,
        leaving,
        remaining_report_ids=[r.report_id for r in staying],
        group_dissolved=dissolves,
        unassign_and_discard=discard,
    )
    request.finish()


def open_report(request, report_id):
    request.authorize(DRAFTERS + OFFICE)
    report, group, members = request.lock_unit(report_id)
    document_id = group.document_id if group else report.document_id
    old_status, old_owner, view = report.status, report.owner_id, False
    if report.status in ("unread", "draft"):
        refuse_if(request.role not in DRAFTERS, "RL014")
        request.require_own_or_nobodys([report])
        if (report.status, report.owner_id, report.drafting) == ("draft", request.actor, True):
            return
        for member in members:
            member.status, member.owner_id, member.drafting = "draft", request.actor, True
    elif report.addendum_open and report.owner_id == request.actor:
        if report.drafting:
            return
        for member in members:
            member.drafting = True
    else:
        view = True
    if report.owner_id != old_owner:
        request.record_owner(group, document_id, members, old_owner, request.actor)
    request.record("report.opened", group, document_id, members, old_status=old_status, status=report.status, view=view)
    request.finish()


def check_content(content):
    refuse_if(not isinstance(content, dict) or not content, "22023")
    for name, value in content.items():
        refuse_if(name not in CONTENT or not (value is None or isinstance(value, str)), "22023")
        if name == "laterality" and value is not None:
            refuse_if(value not in ("left", "right", "bilateral", "unpaired"), "22023")
        if name == "study_at" and value is not None:
            try:
                refuse_if(datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is None, "22023")
            except ValueError:
                raise Refused("22023") from None


def save(request, report_id, content, expected_document_id=None, checkpoint=True):
    request.authorize(DRAFTERS)
    report, group, members = request.lock_unit(report_id)
    check_content(content)
    old_id = group.document_id if group else report.document_id
    old = request.session.get(Document, (request.organization_id, old_id)) if old_id else None
    if expected_document_id is not None and expected_document_id != (old_id or 0):
        refuse_if(not (expected_document_id == 0 and old.blank), "RL017")
    refuse_if(report.owner_id != request.actor, "RL008")
    refuse_if(report.status != "draft" and not report.addendum_open, "RL016")
    refuse_if(request.role == "drafter" and set(content) != {"transcript"}, "RL014")

    parent_id = old_id
    if old and not old.checkpoint and old.group_id == (group.group_id if group else None):
        signed = request.session.scalar(
            select(Signature.signature_id)
            .where(Signature.organization_id == request.organization_id, Signature.document_id == old_id)
            .limit(1)
        )
        if signed is None:
            parent_id = old.parent_id
    values = {name: getattr(old, name) if old else None for name in CONTENT}
    values.update(content)
    document = Document(
        organization_id=request.organization_id,
        parent_id=parent_id,
        report_id=report_id,
        group_id=group.group_id if group else None,
        checkpoint=checkpoint,
        saved_by=request.actor,
        **values,
    )
    request.session.add(document)
    request.session.flush()
    if group:
        group.document_id = document.document_id
    else:
        report.document_id = document.document_id
    for member in members:
        member.drafting = True
    request.record("report.saved", group, document.document_id, members, old_document_id=old_id, checkpoint=checkpoint)
    request.finish()
    return document.document_id


def signed_status(report):
    if report.status in ("draft", "prelim_signed"):
        return "signed"
    if report.status == "addendum_prelim_signed":
        return "signed" if report.signed_at is None else "addendum_signed"
    if report.status in ("signed", "addendum_signed") and report.addendum_open:
        return "addendum_signed"
    raise Refused("RL015")


def take_over(request, report, group, document_id):
    """Who owns it when the actor signs: he himself where a resident's preliminary signature waits for his."""
    waits = not report.addendum_open and report.status in ("prelim_signed", "addendum_prelim_signed")
    if not waits or report.owner_id == request.actor:
        return report.owner_id
    if report.owner_id is None:
        return request.actor
    last = select(Signature.signed_by).where(
        Signature.organization_id == request.organization_id, Signature.document_id == document_id
    )
    if group:
        last = last.where(Signature.group_id == group.group_id)
    else:
        last = last.where(Signature.group_id.is_(None), Signature.report_id == report.report_id)
    signer = request.session.scalar(last.order_by(Signature.signature_id.desc()).limit(1)) or report.owner_id
    owner = request.session.get(Member, (request.organization_id, report.owner_id))
    return request.actor if owner.role == "resident" and signer == report.owner_id else report.owner_id


def sign(request, report_id):
    request.authorize(("attending",))
    report, group, members = request.lock_unit(report_id)
    document_id = group.document_id if group else report.document_id
    old_status, old_owner = report.status, report.owner_id
    owner = take_over(request, report, group, document_id)
    refuse_if(owner != request.actor, "RL008")
    status = signed_status(report)
    document = request.session.get(Document, (request.organization_id, document_id)) if document_id else None
    refuse_if(document is None or not (document.final_report or "").strip(), "RL020")

    for member in members:
        member.status, member.owner_id, member.drafting, member.addendum_open = status, owner, False, False
        if member.signed_at is None:
            member.signed_at = func.now()
    signed_now = datetime.datetime.now(datetime.timezone.utc)
    waits = request.organization.recall_enabled
    delay = datetime.timedelta(seconds=request.organization.recall_delay_seconds if waits else 0)
    publication = Publication(
        organization_id=request.organization_id,
        group_id=group.group_id if group else None,
        report_id=group.default_report_id if group else report_id,
        document_id=document_id,
        state="scheduled" if waits else "executed",
        scheduled_at=signed_now,
        publish_at=signed_now + delay,
        finished_at=None if waits else signed_now,
        requested_by=request.actor,
    )
    signature = Signature(
        organization_id=request.organization_id,
        document_id=document_id,
        report_id=report_id,
        group_id=group.group_id if group else None,
        status=status,
        signed_by=request.actor,
    )
    request.session.add_all([signature, publication])
    request.session.flush()
    if owner != old_owner:
        request.record_owner(group, document_id, members, old_owner, owner)
    request.record(
        "report.signed" if status == "signed" else "report.addendum_signed",
        group,
        document_id,
        members,
        old_status=old_status,
        status=status,
    )
    request.record(
        "report.publish_scheduled" if waits else "report.published",
        group,
        document_id,
        members,
        publication_id=publication.publication_id,
        publish_at=publication.publish_at.isoformat(),
    )
    request.finish()


def register(request, orders):
    """New reports: their patients, then they themselves, each in as few statements as it takes."""
    mrns = sorted({o["mrn"] for o in orders if o["mrn"] is not None})
    request.session.execute(
        insert(Patient.__table__).on_conflict_do_nothing(),
        [{"organization_id": request.organization_id, "mrn": m} for m in mrns],
    )
    request.session.bulk_insert_mappings(Report, [dict(o, organization_id=request.organization_id) for o in orders])


def dialog(request, report_id):
    """Every other report of the patient, why it cannot be linked; and the sidebar of those linked."""
    (report,) = request.find([report_id])
    others = request.session.scalars(
        select(Report)
        .where(Report.organization_id == request.organization_id, Report.mrn == report.mrn, Report.report_id != report_id)
        .order_by(Report.created_at, Report.report_id)
    ).all()

    def reason(other):
        if report.group_id is not None and other.group_id == report.group_id:
            return "already linked"
        if report.status not in ("unread", "draft"):
            return "this report is cancelled" if report.status == "cancelled" else "this report is finalized"
        if other.status not in ("unread", "draft"):
            return "report is cancelled" if other.status == "cancelled" else "report is finalized"
        if None not in (report.owner_id, other.owner_id) and report.owner_id != other.owner_id:
            return "owned by another user"
        return None

    linkable = [(other, reason(other)) for other in others]
    group = None
    if report.group_id is not None:
        group = request.session.get(ReportGroup, (request.organization_id, report.group_id))
    linked = sorted(
        (r for r in [report] + others if group is not None and r.group_id == group.group_id), key=lambda r: r.link_position
    )
    return linkable, linked, group


def find(request, mrn):
    return request.session.execute(
        select(Report, ReportGroup.default_report_id)
        .outerjoin(
            ReportGroup,
            (ReportGroup.organization_id == Report.organization_id) & (ReportGroup.group_id == Report.group_id),
        )
        .where(Report.organization_id == request.organization_id, Report.mrn == mrn)
        .order_by(Report.report_id)
    ).all()


def read_facts(session):
    """What an application reads once: who it is to the database, and the place where events are written."""
    return dict(
        session.execute(
            text(
                "SELECT current_user::text AS database_role, max(c.cluster_id) AS cluster_id, "
                "coalesce(current_setting('reportlink.notify', true), 'commit') <> 'off' AS notify "
                "FROM reportlink.cluster c"
            )
        ).mappings().one()
    )
