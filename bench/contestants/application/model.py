"""The tables of reportlink as an application maps them; none of them has a trigger."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, FetchedValue, Identity, Integer, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import declarative_base

Base = declarative_base()


def key():
    return Column(Text, primary_key=True)


def generated():
    return Column(BigInteger, Identity(always=True), primary_key=True)


class Organization(Base):
    __tablename__ = "organization"
    __table_args__ = {"schema": "reportlink"}
    organization_id = key()
    linking_enabled = Column(Boolean)
    recall_enabled = Column(Boolean)
    recall_delay_seconds = Column(Integer)
    notify_previous_owner = Column(Boolean)


class Member(Base):
    __tablename__ = "member"
    __table_args__ = {"schema": "reportlink"}
    organization_id = key()
    user_id = key()
    role = Column(Text)
    active = Column(Boolean)


class Patient(Base):
    __tablename__ = "patient"
    __table_args__ = {"schema": "reportlink"}
    organization_id = key()
    mrn = key()


class Report(Base):
    __tablename__ = "report"
    __table_args__ = {"schema": "reportlink"}
    __mapper_args__ = {"eager_defaults": False}
    organization_id = key()
    report_id = generated()
    mrn = Column(Text)
    accession_number = Column(Text)
    native_id = Column(Text)
    assigning_authority = Column(Text)
    order_id = Column(Text)
    site_id = Column(Text)
    study_name = Column(Text)
    created_at = Column(DateTime(timezone=True), server_default=FetchedValue())
    updated_at = Column(DateTime(timezone=True), server_default=FetchedValue(), onupdate=func.now())
    status = Column(Text, server_default=FetchedValue())
    owner_id = Column(Text)
    drafting = Column(Boolean, server_default=FetchedValue())
    addendum_open = Column(Boolean, server_default=FetchedValue())
    signed_at = Column(DateTime(timezone=True))
    group_id = Column(BigInteger)
    link_position = Column(Integer)
    document_id = Column(BigInteger)


class ReportGroup(Base):
    __tablename__ = "report_group"
    __table_args__ = {"schema": "reportlink"}
    organization_id = key()
    group_id = generated()
    mrn = Column(Text)
    default_report_id = Column(BigInteger)
    document_id = Column(BigInteger)
    member_count = Column(Integer)
    created_by = Column(Text)
    closed_at = Column(DateTime(timezone=True))
    merged_into = Column(BigInteger)


class Document(Base):
    __tablename__ = "document"
    __table_args__ = {"schema": "reportlink"}
    organization_id = key()
    document_id = generated()
    parent_id = Column(BigInteger)
    report_id = Column(BigInteger)
    group_id = Column(BigInteger)
    transcript = Column(Text)
    final_report = Column(Text)
    clinical_history = Column(Text)
    views = Column(Text)
    contrast = Column(Text)
    laterality = Column(Text)
    comparison = Column(Text)
    study_at = Column(DateTime(timezone=True))
    blank = Column(Boolean, server_default=FetchedValue())
    checkpoint = Column(Boolean)
    saved_by = Column(Text)


class Signature(Base):
    __tablename__ = "signature"
    __table_args__ = {"schema": "reportlink"}
    organization_id = key()
    signature_id = generated()
    document_id = Column(BigInteger)
    report_id = Column(BigInteger)
    group_id = Column(BigInteger)
    status = Column(Text)
    signed_by = Column(Text)


class PastLink(Base):
    __tablename__ = "past_link"
    __table_args__ = {"schema": "reportlink"}
    organization_id = key()
    report_id = Column(BigInteger, primary_key=True)
    past_link_id = generated()
    group_id = Column(BigInteger)
    document_id = Column(BigInteger)
    last_document_id = Column(BigInteger)


class Publication(Base):
    __tablename__ = "publication"
    __table_args__ = {"schema": "reportlink"}
    organization_id = key()
    publication_id = generated()
    group_id = Column(BigInteger)
    report_id = Column(BigInteger)
    document_id = Column(BigInteger)
    state = Column(Text)
    scheduled_at = Column(DateTime(timezone=True))
    publish_at = Column(DateTime(timezone=True))
    finished_at = Column(DateTime(timezone=True))
    requested_by = Column(Text)


class Event(Base):
    __tablename__ = "event"
    __table_args__ = {"schema": "reportlink"}
    organization_id = key()
    event_id = generated()
    type = Column(Text)
    group_id = Column(BigInteger)
    document_id = Column(BigInteger)
    default_report_id = Column(BigInteger)
    report_ids = Column(ARRAY(BigInteger))
    linked_identifiers = Column(JSONB)
    actor = Column(Text)
    database_role = Column(Text)
    data = Column(JSONB)
    cluster_id = Column(BigInteger)
