-- what application.py --capture has noted; see there
\set none 0
SELECT * FROM bench.application_facts() \gset
SELECT mrn AS big_mrn, first, ids_32, ids_128 FROM bench.next_big() \gset
SELECT * FROM bench.next_patient() \gset
\set b0 :first + 0
\set b1 :first + 1
\set b2 :first + 2
\set b3 :first + 3
\set b4 :first + 4
\set b5 :first + 5
\set b6 :first + 6
\set b7 :first + 7
\set b8 :first + 8
\set b9 :first + 9
\set b10 :first + 10
\set b11 :first + 11
\set b12 :first + 12
\set b13 :first + 13
\set b14 :first + 14
\set b15 :first + 15
\set b16 :first + 16
\set b17 :first + 17
\set b18 :first + 18
\set b19 :first + 19
\set b20 :first + 20
\set b21 :first + 21
\set b22 :first + 22
\set b23 :first + 23
\set b24 :first + 24
\set b25 :first + 25
\set b26 :first + 26
\set b27 :first + 27
\set b28 :first + 28
\set b29 :first + 29
\set b30 :first + 30
\set b31 :first + 31
\set b32 :first + 32
\set b33 :first + 33
\set b34 :first + 34
\set b35 :first + 35
\set b36 :first + 36
\set b37 :first + 37
\set b38 :first + 38
\set b39 :first + 39
\set b40 :first + 40
\set b41 :first + 41
\set b42 :first + 42
\set b43 :first + 43
\set b44 :first + 44
\set b45 :first + 45
\set b46 :first + 46
\set b47 :first + 47
\set b48 :first + 48
\set b49 :first + 49
\set b50 :first + 50
\set b51 :first + 51
\set b52 :first + 52
\set b53 :first + 53
\set b54 :first + 54
\set b55 :first + 55
\set b56 :first + 56
\set b57 :first + 57
\set b58 :first + 58
\set b59 :first + 59
\set b60 :first + 60
\set b61 :first + 61
\set b62 :first + 62
\set b63 :first + 63
\set b64 :first + 64
\set b65 :first + 65
\set b66 :first + 66
\set b67 :first + 67
\set b68 :first + 68
\set b69 :first + 69
\set b70 :first + 70
\set b71 :first + 71
\set b72 :first + 72
\set b73 :first + 73
\set b74 :first + 74
\set b75 :first + 75
\set b76 :first + 76
\set b77 :first + 77
\set b78 :first + 78
\set b79 :first + 79
\set b80 :first + 80
\set b81 :first + 81
\set b82 :first + 82
\set b83 :first + 83
\set b84 :first + 84
\set b85 :first + 85
\set b86 :first + 86
\set b87 :first + 87
\set b88 :first + 88
\set b89 :first + 89
\set b90 :first + 90
\set b91 :first + 91
\set b92 :first + 92
\set b93 :first + 93
\set b94 :first + 94
\set b95 :first + 95
\set b96 :first + 96
\set b97 :first + 97
\set b98 :first + 98
\set b99 :first + 99
\set b100 :first + 100
\set b101 :first + 101
\set b102 :first + 102
\set b103 :first + 103
\set b104 :first + 104
\set b105 :first + 105
\set b106 :first + 106
\set b107 :first + 107
\set b108 :first + 108
\set b109 :first + 109
\set b110 :first + 110
\set b111 :first + 111
\set b112 :first + 112
\set b113 :first + 113
\set b114 :first + 114
\set b115 :first + 115
\set b116 :first + 116
\set b117 :first + 117
\set b118 :first + 118
\set b119 :first + 119
\set b120 :first + 120
\set b121 :first + 121
\set b122 :first + 122
\set b123 :first + 123
\set b124 :first + 124
\set b125 :first + 125
\set b126 :first + 126
\set b127 :first + 127
SELECT bench.identifiers(ARRAY[:r1, :r2]::bigint[]) AS json_1 \gset
\if :has_text
SELECT format('{"linked_report_ids": [%s, %s], "merged_group_ids": [], "superseded_document_ids": [%s], "status": "draft", "owner_id": "ada"}', :r1::bigint, :r2::bigint, :r2::bigint) AS json_2 \gset
\else
SELECT format('{"linked_report_ids": [%s, %s], "merged_group_ids": [], "superseded_document_ids": [], "status": "draft", "owner_id": "ada"}', :r1::bigint, :r2::bigint) AS json_2 \gset
\endif
\set none 0
BEGIN;
SELECT reportlink.organization.organization_id AS reportlink_organization_organization_id, reportlink.organization.linking_enabled AS reportlink_organization_linking_enabled, reportlink.organization.recall_enabled AS reportlink_organization_recall_enabled, reportlink.organization.recall_delay_seconds AS reportlink_organization_recall_delay_seconds, reportlink.organization.notify_previous_owner AS reportlink_organization_notify_previous_owner FROM reportlink.organization WHERE reportlink.organization.organization_id = 'north';
SELECT reportlink.member.organization_id AS reportlink_member_organization_id, reportlink.member.user_id AS reportlink_member_user_id, reportlink.member.role AS reportlink_member_role, reportlink.member.active AS reportlink_member_active FROM reportlink.member WHERE reportlink.member.organization_id = 'north' AND reportlink.member.user_id = 'ada';
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id IN (:r1, :r2);
SELECT reportlink.patient.mrn FROM reportlink.patient WHERE reportlink.patient.organization_id = 'north' AND reportlink.patient.mrn = :mrn FOR NO KEY UPDATE;
SELECT reportlink.report_group.organization_id, reportlink.report_group.group_id, reportlink.report_group.mrn, reportlink.report_group.default_report_id, reportlink.report_group.document_id, reportlink.report_group.member_count, reportlink.report_group.created_by, reportlink.report_group.closed_at, reportlink.report_group.merged_into FROM reportlink.report_group WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id IN (SELECT reportlink.report.group_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :mrn AND reportlink.report.report_id IN (:r1, :r2) AND reportlink.report.group_id IS NOT NULL) ORDER BY reportlink.report_group.group_id FOR NO KEY UPDATE;
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :mrn AND reportlink.report.report_id IN (:r1, :r2) ORDER BY reportlink.report.report_id FOR NO KEY UPDATE;
\if :has_text
SELECT reportlink.document.organization_id, reportlink.document.document_id, reportlink.document.parent_id, reportlink.document.report_id, reportlink.document.group_id, reportlink.document.transcript, reportlink.document.final_report, reportlink.document.clinical_history, reportlink.document.views, reportlink.document.contrast, reportlink.document.laterality, reportlink.document.comparison, reportlink.document.study_at, reportlink.document.blank, reportlink.document.checkpoint, reportlink.document.saved_by FROM reportlink.document WHERE reportlink.document.organization_id = 'north' AND reportlink.document.document_id IN (:r1, :r2);
INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, document_id, member_count, created_by, closed_at, merged_into) VALUES ('north', :mrn, :r1, :r1, 2, 'ada', NULL, NULL) RETURNING reportlink.report_group.group_id \gset none_1_
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.linked', :none_1_group_id, :r1, :r1, ARRAY[:r1, :r2]::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', :json_2, :cluster), ('north', 'report.owner_changed', :none_1_group_id, :r1, :r1, ARRAY[:r1, :r2]::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_owner": null, "new_owner": "ada"}', :cluster), ('north', 'report.opened', :none_1_group_id, :r1, :r1, ARRAY[:r1, :r2]::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_status": "draft", "status": "draft", "view": false}', :cluster) RETURNING reportlink.event.event_id;
\else
INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, document_id, member_count, created_by, closed_at, merged_into) VALUES ('north', :mrn, :r1, NULL, 2, 'ada', NULL, NULL) RETURNING reportlink.report_group.group_id \gset none_1_
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.linked', :none_1_group_id, NULL, :r1, ARRAY[:r1, :r2]::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', :json_2, :cluster), ('north', 'report.owner_changed', :none_1_group_id, NULL, :r1, ARRAY[:r1, :r2]::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_owner": null, "new_owner": "ada"}', :cluster), ('north', 'report.opened', :none_1_group_id, NULL, :r1, ARRAY[:r1, :r2]::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_status": "unread", "status": "draft", "view": false}', :cluster) RETURNING reportlink.event.event_id;
\endif
\startpipeline
\if :has_text
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:none_1_group_id, link_position=1 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :r1;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:none_1_group_id, link_position=2 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :r2;
\else
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:none_1_group_id, link_position=1 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :r1;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:none_1_group_id, link_position=2 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :r2;
\endif
\endpipeline
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.linked", "organization_id": "north", "group_id": %s, "report_ids": [%s, %s]}', currval('reportlink.event_event_id_seq') - 2, :none_1_group_id::bigint, :r1::bigint, :r2::bigint)) AS pg_notify_1;
\endif
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.owner_changed", "organization_id": "north", "group_id": %s, "report_ids": [%s, %s]}', currval('reportlink.event_event_id_seq') - 1, :none_1_group_id::bigint, :r1::bigint, :r2::bigint)) AS pg_notify_1;
\endif
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.opened", "organization_id": "north", "group_id": %s, "report_ids": [%s, %s]}', currval('reportlink.event_event_id_seq'), :none_1_group_id::bigint, :r1::bigint, :r2::bigint)) AS pg_notify_1;
\endif
COMMIT;
SELECT bench.identifiers(ARRAY[:r1, :r2]::bigint[]) AS json_1 \gset
\if :has_text
SELECT format('{"old_document_id": %s, "checkpoint": true}', :r1::bigint) AS json_2 \gset
\endif
\set none 0
BEGIN;
SELECT reportlink.organization.organization_id AS reportlink_organization_organization_id, reportlink.organization.linking_enabled AS reportlink_organization_linking_enabled, reportlink.organization.recall_enabled AS reportlink_organization_recall_enabled, reportlink.organization.recall_delay_seconds AS reportlink_organization_recall_delay_seconds, reportlink.organization.notify_previous_owner AS reportlink_organization_notify_previous_owner FROM reportlink.organization WHERE reportlink.organization.organization_id = 'north';
SELECT reportlink.member.organization_id AS reportlink_member_organization_id, reportlink.member.user_id AS reportlink_member_user_id, reportlink.member.role AS reportlink_member_role, reportlink.member.active AS reportlink_member_active FROM reportlink.member WHERE reportlink.member.organization_id = 'north' AND reportlink.member.user_id = 'ada';
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id IN (:r1);
SELECT reportlink.patient.mrn FROM reportlink.patient WHERE reportlink.patient.organization_id = 'north' AND reportlink.patient.mrn = :mrn FOR NO KEY UPDATE;
SELECT reportlink.report_group.organization_id, reportlink.report_group.group_id, reportlink.report_group.mrn, reportlink.report_group.default_report_id, reportlink.report_group.document_id, reportlink.report_group.member_count, reportlink.report_group.created_by, reportlink.report_group.closed_at, reportlink.report_group.merged_into FROM reportlink.report_group WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id IN (SELECT reportlink.report.group_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :mrn AND reportlink.report.report_id IN (:r1) AND reportlink.report.group_id IS NOT NULL) ORDER BY reportlink.report_group.group_id FOR NO KEY UPDATE;
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :mrn AND (reportlink.report.report_id IN (:r1) OR reportlink.report.group_id IN (:none_1_group_id)) ORDER BY reportlink.report.report_id FOR NO KEY UPDATE;
\if :has_text
SELECT reportlink.document.organization_id AS reportlink_document_organization_id, reportlink.document.document_id AS reportlink_document_document_id, reportlink.document.parent_id AS reportlink_document_parent_id, reportlink.document.report_id AS reportlink_document_report_id, reportlink.document.group_id AS reportlink_document_group_id, reportlink.document.transcript AS reportlink_document_transcript, reportlink.document.final_report AS reportlink_document_final_report, reportlink.document.clinical_history AS reportlink_document_clinical_history, reportlink.document.views AS reportlink_document_views, reportlink.document.contrast AS reportlink_document_contrast, reportlink.document.laterality AS reportlink_document_laterality, reportlink.document.comparison AS reportlink_document_comparison, reportlink.document.study_at AS reportlink_document_study_at, reportlink.document.blank AS reportlink_document_blank, reportlink.document.checkpoint AS reportlink_document_checkpoint, reportlink.document.saved_by AS reportlink_document_saved_by FROM reportlink.document WHERE reportlink.document.organization_id = 'north' AND reportlink.document.document_id = :r1;
INSERT INTO reportlink.document (organization_id, parent_id, report_id, group_id, transcript, final_report, clinical_history, views, contrast, laterality, comparison, study_at, checkpoint, saved_by) VALUES ('north', :r1, :r1, :none_1_group_id, NULL, :content, NULL, NULL, NULL, NULL, NULL, NULL, true, 'ada') RETURNING reportlink.document.document_id \gset none_1_
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.saved', :none_1_group_id, :none_1_document_id, :r1, ARRAY[:r1, :r2]::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', :json_2, :cluster) RETURNING reportlink.event.event_id \gset none_2_
\else
INSERT INTO reportlink.document (organization_id, parent_id, report_id, group_id, transcript, final_report, clinical_history, views, contrast, laterality, comparison, study_at, checkpoint, saved_by) VALUES ('north', NULL, :r1, :none_1_group_id, NULL, :content, NULL, NULL, NULL, NULL, NULL, NULL, true, 'ada') RETURNING reportlink.document.document_id \gset none_1_
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.saved', :none_1_group_id, :none_1_document_id, :r1, ARRAY[:r1, :r2]::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_document_id": null, "checkpoint": true}', :cluster) RETURNING reportlink.event.event_id \gset none_2_
\endif
UPDATE reportlink.report_group SET document_id=:none_1_document_id WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id = :none_1_group_id;
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.saved", "organization_id": "north", "group_id": %s, "report_ids": [%s, %s]}', :none_2_event_id::bigint, :none_1_group_id::bigint, :r1::bigint, :r2::bigint)) AS pg_notify_1;
\endif
COMMIT;
\set none 0
SELECT bench.identifiers(ARRAY[:r1, :r2]::bigint[]) AS json_1 \gset
\set sign_2 0
BEGIN;
SELECT reportlink.organization.organization_id AS reportlink_organization_organization_id, reportlink.organization.linking_enabled AS reportlink_organization_linking_enabled, reportlink.organization.recall_enabled AS reportlink_organization_recall_enabled, reportlink.organization.recall_delay_seconds AS reportlink_organization_recall_delay_seconds, reportlink.organization.notify_previous_owner AS reportlink_organization_notify_previous_owner FROM reportlink.organization WHERE reportlink.organization.organization_id = 'north';
SELECT reportlink.member.organization_id AS reportlink_member_organization_id, reportlink.member.user_id AS reportlink_member_user_id, reportlink.member.role AS reportlink_member_role, reportlink.member.active AS reportlink_member_active FROM reportlink.member WHERE reportlink.member.organization_id = 'north' AND reportlink.member.user_id = 'ada';
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id IN (:r1);
SELECT reportlink.patient.mrn FROM reportlink.patient WHERE reportlink.patient.organization_id = 'north' AND reportlink.patient.mrn = :mrn FOR NO KEY UPDATE;
SELECT reportlink.report_group.organization_id, reportlink.report_group.group_id, reportlink.report_group.mrn, reportlink.report_group.default_report_id, reportlink.report_group.document_id, reportlink.report_group.member_count, reportlink.report_group.created_by, reportlink.report_group.closed_at, reportlink.report_group.merged_into FROM reportlink.report_group WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id IN (SELECT reportlink.report.group_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :mrn AND reportlink.report.report_id IN (:r1) AND reportlink.report.group_id IS NOT NULL) ORDER BY reportlink.report_group.group_id FOR NO KEY UPDATE;
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :mrn AND (reportlink.report.report_id IN (:r1) OR reportlink.report.group_id IN (:none_1_group_id)) ORDER BY reportlink.report.report_id FOR NO KEY UPDATE;
SELECT reportlink.document.organization_id AS reportlink_document_organization_id, reportlink.document.document_id AS reportlink_document_document_id, reportlink.document.parent_id AS reportlink_document_parent_id, reportlink.document.report_id AS reportlink_document_report_id, reportlink.document.group_id AS reportlink_document_group_id, reportlink.document.transcript AS reportlink_document_transcript, reportlink.document.final_report AS reportlink_document_final_report, reportlink.document.clinical_history AS reportlink_document_clinical_history, reportlink.document.views AS reportlink_document_views, reportlink.document.contrast AS reportlink_document_contrast, reportlink.document.laterality AS reportlink_document_laterality, reportlink.document.comparison AS reportlink_document_comparison, reportlink.document.study_at AS reportlink_document_study_at, reportlink.document.blank AS reportlink_document_blank, reportlink.document.checkpoint AS reportlink_document_checkpoint, reportlink.document.saved_by AS reportlink_document_saved_by FROM reportlink.document WHERE reportlink.document.organization_id = 'north' AND reportlink.document.document_id = :none_1_document_id;
INSERT INTO reportlink.publication (organization_id, group_id, report_id, document_id, state, scheduled_at, publish_at, finished_at, requested_by) VALUES ('north', :none_1_group_id, :r1, :none_1_document_id, 'executed', statement_timestamp(), statement_timestamp(), statement_timestamp(), 'ada') RETURNING reportlink.publication.publication_id \gset sign_2_1_
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :r1;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :r2;
INSERT INTO reportlink.signature (organization_id, document_id, report_id, group_id, status, signed_by) VALUES ('north', :none_1_document_id, :r1, :none_1_group_id, 'signed', 'ada') RETURNING reportlink.signature.signature_id;
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.signed', :none_1_group_id, :none_1_document_id, :r1, ARRAY[:r1, :r2]::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_status": "draft", "status": "signed"}', :cluster), ('north', 'report.published', :none_1_group_id, :none_1_document_id, :r1, ARRAY[:r1, :r2]::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', format('{"publication_id": %s, "publish_at": %s}', :sign_2_1_publication_id::bigint, to_jsonb(statement_timestamp()))::jsonb, :cluster) RETURNING reportlink.event.event_id;
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.signed", "organization_id": "north", "group_id": %s, "report_ids": [%s, %s]}', currval('reportlink.event_event_id_seq') - 1, :none_1_group_id::bigint, :r1::bigint, :r2::bigint)) AS pg_notify_1;
\endif
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.published", "organization_id": "north", "group_id": %s, "report_ids": [%s, %s]}', currval('reportlink.event_event_id_seq'), :none_1_group_id::bigint, :r1::bigint, :r2::bigint)) AS pg_notify_1;
\endif
COMMIT;
\set none 0
SELECT bench.identifiers(:ids_32::bigint[]) AS json_1 \gset
\if :has_text
SELECT format('{"linked_report_ids": [%s], "merged_group_ids": [], "superseded_document_ids": [%s], "status": "draft", "owner_id": "ada"}', array_to_string(:ids_32::bigint[], ', '), array_to_string(ARRAY[:b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31]::bigint[], ', ')) AS json_2 \gset
\else
SELECT format('{"linked_report_ids": [%s], "merged_group_ids": [], "superseded_document_ids": [], "status": "draft", "owner_id": "ada"}', array_to_string(:ids_32::bigint[], ', ')) AS json_2 \gset
\endif
\set link_32 0
BEGIN;
SELECT reportlink.organization.organization_id AS reportlink_organization_organization_id, reportlink.organization.linking_enabled AS reportlink_organization_linking_enabled, reportlink.organization.recall_enabled AS reportlink_organization_recall_enabled, reportlink.organization.recall_delay_seconds AS reportlink_organization_recall_delay_seconds, reportlink.organization.notify_previous_owner AS reportlink_organization_notify_previous_owner FROM reportlink.organization WHERE reportlink.organization.organization_id = 'north';
SELECT reportlink.member.organization_id AS reportlink_member_organization_id, reportlink.member.user_id AS reportlink_member_user_id, reportlink.member.role AS reportlink_member_role, reportlink.member.active AS reportlink_member_active FROM reportlink.member WHERE reportlink.member.organization_id = 'north' AND reportlink.member.user_id = 'ada';
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31);
SELECT reportlink.patient.mrn FROM reportlink.patient WHERE reportlink.patient.organization_id = 'north' AND reportlink.patient.mrn = :big_mrn FOR NO KEY UPDATE;
SELECT reportlink.report_group.organization_id, reportlink.report_group.group_id, reportlink.report_group.mrn, reportlink.report_group.default_report_id, reportlink.report_group.document_id, reportlink.report_group.member_count, reportlink.report_group.created_by, reportlink.report_group.closed_at, reportlink.report_group.merged_into FROM reportlink.report_group WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id IN (SELECT reportlink.report.group_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :big_mrn AND reportlink.report.report_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31) AND reportlink.report.group_id IS NOT NULL) ORDER BY reportlink.report_group.group_id FOR NO KEY UPDATE;
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :big_mrn AND reportlink.report.report_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31) ORDER BY reportlink.report.report_id FOR NO KEY UPDATE;
\if :has_text
SELECT reportlink.document.organization_id, reportlink.document.document_id, reportlink.document.parent_id, reportlink.document.report_id, reportlink.document.group_id, reportlink.document.transcript, reportlink.document.final_report, reportlink.document.clinical_history, reportlink.document.views, reportlink.document.contrast, reportlink.document.laterality, reportlink.document.comparison, reportlink.document.study_at, reportlink.document.blank, reportlink.document.checkpoint, reportlink.document.saved_by FROM reportlink.document WHERE reportlink.document.organization_id = 'north' AND reportlink.document.document_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31);
INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, document_id, member_count, created_by, closed_at, merged_into) VALUES ('north', :big_mrn, :b0, :b0, 32, 'ada', NULL, NULL) RETURNING reportlink.report_group.group_id \gset link_32_1_
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.linked', :link_32_1_group_id, :b0, :b0, :ids_32::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', :json_2, :cluster), ('north', 'report.owner_changed', :link_32_1_group_id, :b0, :b0, :ids_32::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_owner": null, "new_owner": "ada"}', :cluster), ('north', 'report.opened', :link_32_1_group_id, :b0, :b0, :ids_32::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_status": "draft", "status": "draft", "view": false}', :cluster) RETURNING reportlink.event.event_id;
\else
INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, document_id, member_count, created_by, closed_at, merged_into) VALUES ('north', :big_mrn, :b0, NULL, 32, 'ada', NULL, NULL) RETURNING reportlink.report_group.group_id \gset link_32_1_
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.linked', :link_32_1_group_id, NULL, :b0, :ids_32::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', :json_2, :cluster), ('north', 'report.owner_changed', :link_32_1_group_id, NULL, :b0, :ids_32::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_owner": null, "new_owner": "ada"}', :cluster), ('north', 'report.opened', :link_32_1_group_id, NULL, :b0, :ids_32::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_status": "unread", "status": "draft", "view": false}', :cluster) RETURNING reportlink.event.event_id;
\endif
\startpipeline
\if :has_text
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=1 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b0;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=2 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b1;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=3 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b2;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=4 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b3;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=5 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b4;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=6 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b5;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=7 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b6;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=8 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b7;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=9 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b8;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=10 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b9;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=11 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b10;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=12 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b11;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=13 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b12;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=14 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b13;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=15 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b14;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=16 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b15;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=17 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b16;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=18 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b17;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=19 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b18;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=20 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b19;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=21 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b20;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=22 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b21;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=23 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b22;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=24 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b23;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=25 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b24;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=26 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b25;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=27 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b26;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=28 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b27;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=29 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b28;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=30 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b29;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=31 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b30;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=32 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b31;
\else
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=1 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b0;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=2 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b1;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=3 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b2;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=4 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b3;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=5 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b4;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=6 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b5;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=7 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b6;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=8 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b7;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=9 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b8;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=10 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b9;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=11 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b10;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=12 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b11;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=13 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b12;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=14 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b13;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=15 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b14;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=16 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b15;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=17 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b16;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=18 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b17;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=19 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b18;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=20 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b19;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=21 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b20;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=22 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b21;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=23 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b22;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=24 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b23;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=25 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b24;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=26 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b25;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=27 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b26;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=28 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b27;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=29 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b28;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=30 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b29;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=31 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b30;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_32_1_group_id, link_position=32 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b31;
\endif
\endpipeline
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.linked", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', currval('reportlink.event_event_id_seq') - 2, :link_32_1_group_id::bigint, array_to_string(:ids_32::bigint[], ', '))) AS pg_notify_1;
\endif
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.owner_changed", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', currval('reportlink.event_event_id_seq') - 1, :link_32_1_group_id::bigint, array_to_string(:ids_32::bigint[], ', '))) AS pg_notify_1;
\endif
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.opened", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', currval('reportlink.event_event_id_seq'), :link_32_1_group_id::bigint, array_to_string(:ids_32::bigint[], ', '))) AS pg_notify_1;
\endif
COMMIT;
\set none 0
SELECT bench.identifiers(:ids_32::bigint[]) AS json_1 \gset
\set discard_32 0
BEGIN;
SELECT reportlink.organization.organization_id AS reportlink_organization_organization_id, reportlink.organization.linking_enabled AS reportlink_organization_linking_enabled, reportlink.organization.recall_enabled AS reportlink_organization_recall_enabled, reportlink.organization.recall_delay_seconds AS reportlink_organization_recall_delay_seconds, reportlink.organization.notify_previous_owner AS reportlink_organization_notify_previous_owner FROM reportlink.organization WHERE reportlink.organization.organization_id = 'north';
SELECT reportlink.member.organization_id AS reportlink_member_organization_id, reportlink.member.user_id AS reportlink_member_user_id, reportlink.member.role AS reportlink_member_role, reportlink.member.active AS reportlink_member_active FROM reportlink.member WHERE reportlink.member.organization_id = 'north' AND reportlink.member.user_id = 'ada';
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31);
SELECT reportlink.patient.mrn FROM reportlink.patient WHERE reportlink.patient.organization_id = 'north' AND reportlink.patient.mrn = :big_mrn FOR NO KEY UPDATE;
SELECT reportlink.report_group.organization_id, reportlink.report_group.group_id, reportlink.report_group.mrn, reportlink.report_group.default_report_id, reportlink.report_group.document_id, reportlink.report_group.member_count, reportlink.report_group.created_by, reportlink.report_group.closed_at, reportlink.report_group.merged_into FROM reportlink.report_group WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id IN (SELECT reportlink.report.group_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :big_mrn AND reportlink.report.report_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31) AND reportlink.report.group_id IS NOT NULL) ORDER BY reportlink.report_group.group_id FOR NO KEY UPDATE;
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :big_mrn AND (reportlink.report.report_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31) OR reportlink.report.group_id IN (:link_32_1_group_id)) ORDER BY reportlink.report.report_id FOR NO KEY UPDATE;
SELECT max(reportlink.document.document_id) AS max_1 FROM reportlink.document WHERE reportlink.document.organization_id = 'north' AND reportlink.document.group_id = :link_32_1_group_id;
\if :has_text
INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id, last_document_id) VALUES ('north', :b0, :link_32_1_group_id, :b0, NULL), ('north', :b1, :link_32_1_group_id, :b0, NULL), ('north', :b2, :link_32_1_group_id, :b0, NULL), ('north', :b3, :link_32_1_group_id, :b0, NULL), ('north', :b4, :link_32_1_group_id, :b0, NULL), ('north', :b5, :link_32_1_group_id, :b0, NULL), ('north', :b6, :link_32_1_group_id, :b0, NULL), ('north', :b7, :link_32_1_group_id, :b0, NULL), ('north', :b8, :link_32_1_group_id, :b0, NULL), ('north', :b9, :link_32_1_group_id, :b0, NULL), ('north', :b10, :link_32_1_group_id, :b0, NULL), ('north', :b11, :link_32_1_group_id, :b0, NULL), ('north', :b12, :link_32_1_group_id, :b0, NULL), ('north', :b13, :link_32_1_group_id, :b0, NULL), ('north', :b14, :link_32_1_group_id, :b0, NULL), ('north', :b15, :link_32_1_group_id, :b0, NULL), ('north', :b16, :link_32_1_group_id, :b0, NULL), ('north', :b17, :link_32_1_group_id, :b0, NULL), ('north', :b18, :link_32_1_group_id, :b0, NULL), ('north', :b19, :link_32_1_group_id, :b0, NULL), ('north', :b20, :link_32_1_group_id, :b0, NULL), ('north', :b21, :link_32_1_group_id, :b0, NULL), ('north', :b22, :link_32_1_group_id, :b0, NULL), ('north', :b23, :link_32_1_group_id, :b0, NULL), ('north', :b24, :link_32_1_group_id, :b0, NULL), ('north', :b25, :link_32_1_group_id, :b0, NULL), ('north', :b26, :link_32_1_group_id, :b0, NULL), ('north', :b27, :link_32_1_group_id, :b0, NULL), ('north', :b28, :link_32_1_group_id, :b0, NULL), ('north', :b29, :link_32_1_group_id, :b0, NULL), ('north', :b30, :link_32_1_group_id, :b0, NULL), ('north', :b31, :link_32_1_group_id, :b0, NULL) RETURNING reportlink.past_link.past_link_id;
SELECT reportlink.document.document_id, reportlink.document.blank FROM reportlink.document WHERE reportlink.document.organization_id = 'north' AND reportlink.document.document_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31);
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.owner_changed', :link_32_1_group_id, :b0, :b0, :ids_32::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_owner": "ada", "new_owner": null}', :cluster), ('north', 'report.unlinked', :link_32_1_group_id, :b0, :b0, :ids_32::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"remaining_report_ids": [], "group_dissolved": true, "unassign_and_discard": true}', :cluster) RETURNING reportlink.event.event_id;
\else
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.owner_changed', :link_32_1_group_id, NULL, :b0, :ids_32::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_owner": "ada", "new_owner": null}', :cluster), ('north', 'report.unlinked', :link_32_1_group_id, NULL, :b0, :ids_32::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"remaining_report_ids": [], "group_dissolved": true, "unassign_and_discard": true}', :cluster) RETURNING reportlink.event.event_id;
INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id, last_document_id) VALUES ('north', :b0, :link_32_1_group_id, NULL, NULL), ('north', :b1, :link_32_1_group_id, NULL, NULL), ('north', :b2, :link_32_1_group_id, NULL, NULL), ('north', :b3, :link_32_1_group_id, NULL, NULL), ('north', :b4, :link_32_1_group_id, NULL, NULL), ('north', :b5, :link_32_1_group_id, NULL, NULL), ('north', :b6, :link_32_1_group_id, NULL, NULL), ('north', :b7, :link_32_1_group_id, NULL, NULL), ('north', :b8, :link_32_1_group_id, NULL, NULL), ('north', :b9, :link_32_1_group_id, NULL, NULL), ('north', :b10, :link_32_1_group_id, NULL, NULL), ('north', :b11, :link_32_1_group_id, NULL, NULL), ('north', :b12, :link_32_1_group_id, NULL, NULL), ('north', :b13, :link_32_1_group_id, NULL, NULL), ('north', :b14, :link_32_1_group_id, NULL, NULL), ('north', :b15, :link_32_1_group_id, NULL, NULL), ('north', :b16, :link_32_1_group_id, NULL, NULL), ('north', :b17, :link_32_1_group_id, NULL, NULL), ('north', :b18, :link_32_1_group_id, NULL, NULL), ('north', :b19, :link_32_1_group_id, NULL, NULL), ('north', :b20, :link_32_1_group_id, NULL, NULL), ('north', :b21, :link_32_1_group_id, NULL, NULL), ('north', :b22, :link_32_1_group_id, NULL, NULL), ('north', :b23, :link_32_1_group_id, NULL, NULL), ('north', :b24, :link_32_1_group_id, NULL, NULL), ('north', :b25, :link_32_1_group_id, NULL, NULL), ('north', :b26, :link_32_1_group_id, NULL, NULL), ('north', :b27, :link_32_1_group_id, NULL, NULL), ('north', :b28, :link_32_1_group_id, NULL, NULL), ('north', :b29, :link_32_1_group_id, NULL, NULL), ('north', :b30, :link_32_1_group_id, NULL, NULL), ('north', :b31, :link_32_1_group_id, NULL, NULL) RETURNING reportlink.past_link.past_link_id;
\endif
\startpipeline
\if :has_text
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b0;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b1;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b2;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b3;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b4;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b5;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b6;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b7;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b8;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b9;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b10;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b11;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b12;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b13;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b14;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b15;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b16;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b17;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b18;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b19;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b20;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b21;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b22;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b23;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b24;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b25;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b26;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b27;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b28;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b29;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b30;
UPDATE reportlink.report SET updated_at=now(), owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b31;
\else
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b0;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b1;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b2;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b3;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b4;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b5;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b6;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b7;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b8;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b9;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b10;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b11;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b12;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b13;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b14;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b15;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b16;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b17;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b18;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b19;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b20;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b21;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b22;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b23;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b24;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b25;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b26;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b27;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b28;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b29;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b30;
UPDATE reportlink.report SET updated_at=now(), status='unread', owner_id=NULL, drafting=false, group_id=NULL, link_position=NULL WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b31;
\endif
\endpipeline
UPDATE reportlink.report_group SET member_count=0, closed_at=now() WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id = :link_32_1_group_id;
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.owner_changed", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', currval('reportlink.event_event_id_seq') - 1, :link_32_1_group_id::bigint, array_to_string(:ids_32::bigint[], ', '))) AS pg_notify_1;
\endif
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.unlinked", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', currval('reportlink.event_event_id_seq'), :link_32_1_group_id::bigint, array_to_string(:ids_32::bigint[], ', '))) AS pg_notify_1;
\endif
COMMIT;
\set none 0
SELECT bench.identifiers(:ids_128::bigint[]) AS json_1 \gset
\if :has_text
SELECT format('{"linked_report_ids": [%s], "merged_group_ids": [], "superseded_document_ids": [%s], "status": "draft", "owner_id": "ada"}', array_to_string(:ids_128::bigint[], ', '), array_to_string(ARRAY[:b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31, :b32, :b33, :b34, :b35, :b36, :b37, :b38, :b39, :b40, :b41, :b42, :b43, :b44, :b45, :b46, :b47, :b48, :b49, :b50, :b51, :b52, :b53, :b54, :b55, :b56, :b57, :b58, :b59, :b60, :b61, :b62, :b63, :b64, :b65, :b66, :b67, :b68, :b69, :b70, :b71, :b72, :b73, :b74, :b75, :b76, :b77, :b78, :b79, :b80, :b81, :b82, :b83, :b84, :b85, :b86, :b87, :b88, :b89, :b90, :b91, :b92, :b93, :b94, :b95, :b96, :b97, :b98, :b99, :b100, :b101, :b102, :b103, :b104, :b105, :b106, :b107, :b108, :b109, :b110, :b111, :b112, :b113, :b114, :b115, :b116, :b117, :b118, :b119, :b120, :b121, :b122, :b123, :b124, :b125, :b126, :b127]::bigint[], ', ')) AS json_2 \gset
\else
SELECT format('{"linked_report_ids": [%s], "merged_group_ids": [], "superseded_document_ids": [], "status": "draft", "owner_id": "ada"}', array_to_string(:ids_128::bigint[], ', ')) AS json_2 \gset
\endif
\set link_128 0
BEGIN;
SELECT reportlink.organization.organization_id AS reportlink_organization_organization_id, reportlink.organization.linking_enabled AS reportlink_organization_linking_enabled, reportlink.organization.recall_enabled AS reportlink_organization_recall_enabled, reportlink.organization.recall_delay_seconds AS reportlink_organization_recall_delay_seconds, reportlink.organization.notify_previous_owner AS reportlink_organization_notify_previous_owner FROM reportlink.organization WHERE reportlink.organization.organization_id = 'north';
SELECT reportlink.member.organization_id AS reportlink_member_organization_id, reportlink.member.user_id AS reportlink_member_user_id, reportlink.member.role AS reportlink_member_role, reportlink.member.active AS reportlink_member_active FROM reportlink.member WHERE reportlink.member.organization_id = 'north' AND reportlink.member.user_id = 'ada';
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31, :b32, :b33, :b34, :b35, :b36, :b37, :b38, :b39, :b40, :b41, :b42, :b43, :b44, :b45, :b46, :b47, :b48, :b49, :b50, :b51, :b52, :b53, :b54, :b55, :b56, :b57, :b58, :b59, :b60, :b61, :b62, :b63, :b64, :b65, :b66, :b67, :b68, :b69, :b70, :b71, :b72, :b73, :b74, :b75, :b76, :b77, :b78, :b79, :b80, :b81, :b82, :b83, :b84, :b85, :b86, :b87, :b88, :b89, :b90, :b91, :b92, :b93, :b94, :b95, :b96, :b97, :b98, :b99, :b100, :b101, :b102, :b103, :b104, :b105, :b106, :b107, :b108, :b109, :b110, :b111, :b112, :b113, :b114, :b115, :b116, :b117, :b118, :b119, :b120, :b121, :b122, :b123, :b124, :b125, :b126, :b127);
SELECT reportlink.patient.mrn FROM reportlink.patient WHERE reportlink.patient.organization_id = 'north' AND reportlink.patient.mrn = :big_mrn FOR NO KEY UPDATE;
SELECT reportlink.report_group.organization_id, reportlink.report_group.group_id, reportlink.report_group.mrn, reportlink.report_group.default_report_id, reportlink.report_group.document_id, reportlink.report_group.member_count, reportlink.report_group.created_by, reportlink.report_group.closed_at, reportlink.report_group.merged_into FROM reportlink.report_group WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id IN (SELECT reportlink.report.group_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :big_mrn AND reportlink.report.report_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31, :b32, :b33, :b34, :b35, :b36, :b37, :b38, :b39, :b40, :b41, :b42, :b43, :b44, :b45, :b46, :b47, :b48, :b49, :b50, :b51, :b52, :b53, :b54, :b55, :b56, :b57, :b58, :b59, :b60, :b61, :b62, :b63, :b64, :b65, :b66, :b67, :b68, :b69, :b70, :b71, :b72, :b73, :b74, :b75, :b76, :b77, :b78, :b79, :b80, :b81, :b82, :b83, :b84, :b85, :b86, :b87, :b88, :b89, :b90, :b91, :b92, :b93, :b94, :b95, :b96, :b97, :b98, :b99, :b100, :b101, :b102, :b103, :b104, :b105, :b106, :b107, :b108, :b109, :b110, :b111, :b112, :b113, :b114, :b115, :b116, :b117, :b118, :b119, :b120, :b121, :b122, :b123, :b124, :b125, :b126, :b127) AND reportlink.report.group_id IS NOT NULL) ORDER BY reportlink.report_group.group_id FOR NO KEY UPDATE;
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :big_mrn AND reportlink.report.report_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31, :b32, :b33, :b34, :b35, :b36, :b37, :b38, :b39, :b40, :b41, :b42, :b43, :b44, :b45, :b46, :b47, :b48, :b49, :b50, :b51, :b52, :b53, :b54, :b55, :b56, :b57, :b58, :b59, :b60, :b61, :b62, :b63, :b64, :b65, :b66, :b67, :b68, :b69, :b70, :b71, :b72, :b73, :b74, :b75, :b76, :b77, :b78, :b79, :b80, :b81, :b82, :b83, :b84, :b85, :b86, :b87, :b88, :b89, :b90, :b91, :b92, :b93, :b94, :b95, :b96, :b97, :b98, :b99, :b100, :b101, :b102, :b103, :b104, :b105, :b106, :b107, :b108, :b109, :b110, :b111, :b112, :b113, :b114, :b115, :b116, :b117, :b118, :b119, :b120, :b121, :b122, :b123, :b124, :b125, :b126, :b127) ORDER BY reportlink.report.report_id FOR NO KEY UPDATE;
\if :has_text
SELECT reportlink.document.organization_id, reportlink.document.document_id, reportlink.document.parent_id, reportlink.document.report_id, reportlink.document.group_id, reportlink.document.transcript, reportlink.document.final_report, reportlink.document.clinical_history, reportlink.document.views, reportlink.document.contrast, reportlink.document.laterality, reportlink.document.comparison, reportlink.document.study_at, reportlink.document.blank, reportlink.document.checkpoint, reportlink.document.saved_by FROM reportlink.document WHERE reportlink.document.organization_id = 'north' AND reportlink.document.document_id IN (:b0, :b1, :b2, :b3, :b4, :b5, :b6, :b7, :b8, :b9, :b10, :b11, :b12, :b13, :b14, :b15, :b16, :b17, :b18, :b19, :b20, :b21, :b22, :b23, :b24, :b25, :b26, :b27, :b28, :b29, :b30, :b31, :b32, :b33, :b34, :b35, :b36, :b37, :b38, :b39, :b40, :b41, :b42, :b43, :b44, :b45, :b46, :b47, :b48, :b49, :b50, :b51, :b52, :b53, :b54, :b55, :b56, :b57, :b58, :b59, :b60, :b61, :b62, :b63, :b64, :b65, :b66, :b67, :b68, :b69, :b70, :b71, :b72, :b73, :b74, :b75, :b76, :b77, :b78, :b79, :b80, :b81, :b82, :b83, :b84, :b85, :b86, :b87, :b88, :b89, :b90, :b91, :b92, :b93, :b94, :b95, :b96, :b97, :b98, :b99, :b100, :b101, :b102, :b103, :b104, :b105, :b106, :b107, :b108, :b109, :b110, :b111, :b112, :b113, :b114, :b115, :b116, :b117, :b118, :b119, :b120, :b121, :b122, :b123, :b124, :b125, :b126, :b127);
INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, document_id, member_count, created_by, closed_at, merged_into) VALUES ('north', :big_mrn, :b0, :b0, 128, 'ada', NULL, NULL) RETURNING reportlink.report_group.group_id \gset link_128_1_
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.linked', :link_128_1_group_id, :b0, :b0, :ids_128::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', :json_2, :cluster), ('north', 'report.owner_changed', :link_128_1_group_id, :b0, :b0, :ids_128::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_owner": null, "new_owner": "ada"}', :cluster), ('north', 'report.opened', :link_128_1_group_id, :b0, :b0, :ids_128::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_status": "draft", "status": "draft", "view": false}', :cluster) RETURNING reportlink.event.event_id;
\else
INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, document_id, member_count, created_by, closed_at, merged_into) VALUES ('north', :big_mrn, :b0, NULL, 128, 'ada', NULL, NULL) RETURNING reportlink.report_group.group_id \gset link_128_1_
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.linked', :link_128_1_group_id, NULL, :b0, :ids_128::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', :json_2, :cluster), ('north', 'report.owner_changed', :link_128_1_group_id, NULL, :b0, :ids_128::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_owner": null, "new_owner": "ada"}', :cluster), ('north', 'report.opened', :link_128_1_group_id, NULL, :b0, :ids_128::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_status": "unread", "status": "draft", "view": false}', :cluster) RETURNING reportlink.event.event_id;
\endif
\startpipeline
\if :has_text
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=1 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b0;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=2 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b1;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=3 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b2;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=4 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b3;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=5 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b4;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=6 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b5;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=7 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b6;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=8 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b7;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=9 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b8;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=10 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b9;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=11 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b10;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=12 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b11;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=13 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b12;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=14 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b13;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=15 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b14;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=16 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b15;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=17 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b16;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=18 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b17;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=19 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b18;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=20 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b19;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=21 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b20;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=22 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b21;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=23 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b22;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=24 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b23;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=25 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b24;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=26 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b25;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=27 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b26;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=28 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b27;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=29 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b28;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=30 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b29;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=31 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b30;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=32 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b31;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=33 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b32;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=34 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b33;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=35 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b34;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=36 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b35;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=37 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b36;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=38 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b37;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=39 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b38;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=40 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b39;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=41 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b40;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=42 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b41;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=43 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b42;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=44 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b43;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=45 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b44;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=46 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b45;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=47 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b46;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=48 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b47;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=49 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b48;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=50 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b49;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=51 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b50;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=52 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b51;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=53 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b52;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=54 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b53;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=55 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b54;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=56 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b55;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=57 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b56;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=58 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b57;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=59 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b58;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=60 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b59;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=61 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b60;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=62 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b61;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=63 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b62;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=64 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b63;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=65 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b64;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=66 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b65;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=67 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b66;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=68 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b67;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=69 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b68;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=70 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b69;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=71 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b70;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=72 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b71;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=73 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b72;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=74 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b73;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=75 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b74;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=76 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b75;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=77 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b76;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=78 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b77;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=79 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b78;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=80 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b79;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=81 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b80;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=82 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b81;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=83 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b82;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=84 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b83;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=85 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b84;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=86 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b85;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=87 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b86;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=88 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b87;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=89 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b88;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=90 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b89;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=91 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b90;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=92 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b91;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=93 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b92;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=94 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b93;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=95 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b94;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=96 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b95;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=97 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b96;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=98 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b97;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=99 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b98;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=100 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b99;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=101 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b100;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=102 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b101;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=103 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b102;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=104 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b103;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=105 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b104;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=106 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b105;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=107 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b106;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=108 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b107;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=109 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b108;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=110 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b109;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=111 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b110;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=112 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b111;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=113 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b112;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=114 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b113;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=115 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b114;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=116 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b115;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=117 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b116;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=118 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b117;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=119 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b118;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=120 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b119;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=121 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b120;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=122 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b121;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=123 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b122;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=124 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b123;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=125 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b124;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=126 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b125;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=127 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b126;
UPDATE reportlink.report SET updated_at=now(), owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=128 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b127;
\else
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=1 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b0;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=2 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b1;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=3 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b2;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=4 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b3;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=5 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b4;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=6 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b5;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=7 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b6;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=8 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b7;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=9 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b8;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=10 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b9;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=11 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b10;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=12 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b11;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=13 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b12;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=14 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b13;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=15 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b14;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=16 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b15;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=17 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b16;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=18 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b17;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=19 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b18;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=20 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b19;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=21 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b20;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=22 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b21;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=23 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b22;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=24 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b23;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=25 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b24;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=26 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b25;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=27 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b26;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=28 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b27;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=29 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b28;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=30 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b29;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=31 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b30;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=32 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b31;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=33 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b32;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=34 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b33;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=35 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b34;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=36 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b35;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=37 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b36;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=38 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b37;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=39 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b38;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=40 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b39;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=41 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b40;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=42 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b41;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=43 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b42;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=44 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b43;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=45 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b44;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=46 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b45;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=47 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b46;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=48 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b47;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=49 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b48;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=50 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b49;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=51 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b50;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=52 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b51;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=53 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b52;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=54 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b53;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=55 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b54;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=56 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b55;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=57 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b56;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=58 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b57;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=59 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b58;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=60 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b59;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=61 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b60;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=62 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b61;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=63 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b62;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=64 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b63;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=65 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b64;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=66 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b65;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=67 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b66;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=68 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b67;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=69 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b68;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=70 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b69;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=71 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b70;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=72 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b71;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=73 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b72;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=74 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b73;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=75 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b74;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=76 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b75;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=77 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b76;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=78 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b77;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=79 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b78;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=80 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b79;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=81 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b80;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=82 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b81;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=83 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b82;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=84 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b83;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=85 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b84;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=86 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b85;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=87 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b86;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=88 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b87;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=89 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b88;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=90 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b89;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=91 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b90;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=92 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b91;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=93 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b92;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=94 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b93;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=95 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b94;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=96 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b95;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=97 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b96;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=98 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b97;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=99 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b98;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=100 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b99;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=101 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b100;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=102 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b101;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=103 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b102;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=104 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b103;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=105 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b104;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=106 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b105;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=107 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b106;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=108 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b107;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=109 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b108;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=110 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b109;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=111 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b110;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=112 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b111;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=113 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b112;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=114 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b113;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=115 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b114;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=116 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b115;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=117 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b116;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=118 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b117;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=119 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b118;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=120 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b119;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=121 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b120;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=122 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b121;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=123 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b122;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=124 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b123;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=125 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b124;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=126 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b125;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=127 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b126;
UPDATE reportlink.report SET updated_at=now(), status='draft', owner_id='ada', drafting=true, group_id=:link_128_1_group_id, link_position=128 WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b127;
\endif
\endpipeline
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.linked", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', currval('reportlink.event_event_id_seq') - 2, :link_128_1_group_id::bigint, array_to_string(:ids_128::bigint[], ', '))) AS pg_notify_1;
\endif
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.owner_changed", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', currval('reportlink.event_event_id_seq') - 1, :link_128_1_group_id::bigint, array_to_string(:ids_128::bigint[], ', '))) AS pg_notify_1;
\endif
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.opened", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', currval('reportlink.event_event_id_seq'), :link_128_1_group_id::bigint, array_to_string(:ids_128::bigint[], ', '))) AS pg_notify_1;
\endif
COMMIT;
SELECT bench.identifiers(:ids_128::bigint[]) AS json_1 \gset
\if :has_text
SELECT format('{"old_document_id": %s, "checkpoint": true}', :b0::bigint) AS json_2 \gset
\endif
\set none 0
BEGIN;
SELECT reportlink.organization.organization_id AS reportlink_organization_organization_id, reportlink.organization.linking_enabled AS reportlink_organization_linking_enabled, reportlink.organization.recall_enabled AS reportlink_organization_recall_enabled, reportlink.organization.recall_delay_seconds AS reportlink_organization_recall_delay_seconds, reportlink.organization.notify_previous_owner AS reportlink_organization_notify_previous_owner FROM reportlink.organization WHERE reportlink.organization.organization_id = 'north';
SELECT reportlink.member.organization_id AS reportlink_member_organization_id, reportlink.member.user_id AS reportlink_member_user_id, reportlink.member.role AS reportlink_member_role, reportlink.member.active AS reportlink_member_active FROM reportlink.member WHERE reportlink.member.organization_id = 'north' AND reportlink.member.user_id = 'ada';
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id IN (:b0);
SELECT reportlink.patient.mrn FROM reportlink.patient WHERE reportlink.patient.organization_id = 'north' AND reportlink.patient.mrn = :big_mrn FOR NO KEY UPDATE;
SELECT reportlink.report_group.organization_id, reportlink.report_group.group_id, reportlink.report_group.mrn, reportlink.report_group.default_report_id, reportlink.report_group.document_id, reportlink.report_group.member_count, reportlink.report_group.created_by, reportlink.report_group.closed_at, reportlink.report_group.merged_into FROM reportlink.report_group WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id IN (SELECT reportlink.report.group_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :big_mrn AND reportlink.report.report_id IN (:b0) AND reportlink.report.group_id IS NOT NULL) ORDER BY reportlink.report_group.group_id FOR NO KEY UPDATE;
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :big_mrn AND (reportlink.report.report_id IN (:b0) OR reportlink.report.group_id IN (:link_128_1_group_id)) ORDER BY reportlink.report.report_id FOR NO KEY UPDATE;
\if :has_text
SELECT reportlink.document.organization_id AS reportlink_document_organization_id, reportlink.document.document_id AS reportlink_document_document_id, reportlink.document.parent_id AS reportlink_document_parent_id, reportlink.document.report_id AS reportlink_document_report_id, reportlink.document.group_id AS reportlink_document_group_id, reportlink.document.transcript AS reportlink_document_transcript, reportlink.document.final_report AS reportlink_document_final_report, reportlink.document.clinical_history AS reportlink_document_clinical_history, reportlink.document.views AS reportlink_document_views, reportlink.document.contrast AS reportlink_document_contrast, reportlink.document.laterality AS reportlink_document_laterality, reportlink.document.comparison AS reportlink_document_comparison, reportlink.document.study_at AS reportlink_document_study_at, reportlink.document.blank AS reportlink_document_blank, reportlink.document.checkpoint AS reportlink_document_checkpoint, reportlink.document.saved_by AS reportlink_document_saved_by FROM reportlink.document WHERE reportlink.document.organization_id = 'north' AND reportlink.document.document_id = :b0;
INSERT INTO reportlink.document (organization_id, parent_id, report_id, group_id, transcript, final_report, clinical_history, views, contrast, laterality, comparison, study_at, checkpoint, saved_by) VALUES ('north', :b0, :b0, :link_128_1_group_id, NULL, :content, NULL, NULL, NULL, NULL, NULL, NULL, true, 'ada') RETURNING reportlink.document.document_id \gset none_1_
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.saved', :link_128_1_group_id, :none_1_document_id, :b0, :ids_128::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', :json_2, :cluster) RETURNING reportlink.event.event_id \gset none_2_
\else
INSERT INTO reportlink.document (organization_id, parent_id, report_id, group_id, transcript, final_report, clinical_history, views, contrast, laterality, comparison, study_at, checkpoint, saved_by) VALUES ('north', NULL, :b0, :link_128_1_group_id, NULL, :content, NULL, NULL, NULL, NULL, NULL, NULL, true, 'ada') RETURNING reportlink.document.document_id \gset none_1_
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.saved', :link_128_1_group_id, :none_1_document_id, :b0, :ids_128::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_document_id": null, "checkpoint": true}', :cluster) RETURNING reportlink.event.event_id \gset none_2_
\endif
UPDATE reportlink.report_group SET document_id=:none_1_document_id WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id = :link_128_1_group_id;
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.saved", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', :none_2_event_id::bigint, :link_128_1_group_id::bigint, array_to_string(:ids_128::bigint[], ', '))) AS pg_notify_1;
\endif
COMMIT;
\set none 0
SELECT bench.identifiers(:ids_128::bigint[]) AS json_1 \gset
\set sign_128 0
BEGIN;
SELECT reportlink.organization.organization_id AS reportlink_organization_organization_id, reportlink.organization.linking_enabled AS reportlink_organization_linking_enabled, reportlink.organization.recall_enabled AS reportlink_organization_recall_enabled, reportlink.organization.recall_delay_seconds AS reportlink_organization_recall_delay_seconds, reportlink.organization.notify_previous_owner AS reportlink_organization_notify_previous_owner FROM reportlink.organization WHERE reportlink.organization.organization_id = 'north';
SELECT reportlink.member.organization_id AS reportlink_member_organization_id, reportlink.member.user_id AS reportlink_member_user_id, reportlink.member.role AS reportlink_member_role, reportlink.member.active AS reportlink_member_active FROM reportlink.member WHERE reportlink.member.organization_id = 'north' AND reportlink.member.user_id = 'ada';
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id IN (:b0);
SELECT reportlink.patient.mrn FROM reportlink.patient WHERE reportlink.patient.organization_id = 'north' AND reportlink.patient.mrn = :big_mrn FOR NO KEY UPDATE;
SELECT reportlink.report_group.organization_id, reportlink.report_group.group_id, reportlink.report_group.mrn, reportlink.report_group.default_report_id, reportlink.report_group.document_id, reportlink.report_group.member_count, reportlink.report_group.created_by, reportlink.report_group.closed_at, reportlink.report_group.merged_into FROM reportlink.report_group WHERE reportlink.report_group.organization_id = 'north' AND reportlink.report_group.group_id IN (SELECT reportlink.report.group_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :big_mrn AND reportlink.report.report_id IN (:b0) AND reportlink.report.group_id IS NOT NULL) ORDER BY reportlink.report_group.group_id FOR NO KEY UPDATE;
SELECT reportlink.report.organization_id, reportlink.report.report_id, reportlink.report.mrn, reportlink.report.accession_number, reportlink.report.native_id, reportlink.report.assigning_authority, reportlink.report.order_id, reportlink.report.site_id, reportlink.report.study_name, reportlink.report.created_at, reportlink.report.updated_at, reportlink.report.status, reportlink.report.owner_id, reportlink.report.drafting, reportlink.report.addendum_open, reportlink.report.signed_at, reportlink.report.group_id, reportlink.report.link_position, reportlink.report.document_id FROM reportlink.report WHERE reportlink.report.organization_id = 'north' AND reportlink.report.mrn = :big_mrn AND (reportlink.report.report_id IN (:b0) OR reportlink.report.group_id IN (:link_128_1_group_id)) ORDER BY reportlink.report.report_id FOR NO KEY UPDATE;
SELECT reportlink.document.organization_id AS reportlink_document_organization_id, reportlink.document.document_id AS reportlink_document_document_id, reportlink.document.parent_id AS reportlink_document_parent_id, reportlink.document.report_id AS reportlink_document_report_id, reportlink.document.group_id AS reportlink_document_group_id, reportlink.document.transcript AS reportlink_document_transcript, reportlink.document.final_report AS reportlink_document_final_report, reportlink.document.clinical_history AS reportlink_document_clinical_history, reportlink.document.views AS reportlink_document_views, reportlink.document.contrast AS reportlink_document_contrast, reportlink.document.laterality AS reportlink_document_laterality, reportlink.document.comparison AS reportlink_document_comparison, reportlink.document.study_at AS reportlink_document_study_at, reportlink.document.blank AS reportlink_document_blank, reportlink.document.checkpoint AS reportlink_document_checkpoint, reportlink.document.saved_by AS reportlink_document_saved_by FROM reportlink.document WHERE reportlink.document.organization_id = 'north' AND reportlink.document.document_id = :none_1_document_id;
INSERT INTO reportlink.publication (organization_id, group_id, report_id, document_id, state, scheduled_at, publish_at, finished_at, requested_by) VALUES ('north', :link_128_1_group_id, :b0, :none_1_document_id, 'executed', statement_timestamp(), statement_timestamp(), statement_timestamp(), 'ada') RETURNING reportlink.publication.publication_id \gset sign_128_1_
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b0;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b1;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b2;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b3;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b4;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b5;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b6;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b7;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b8;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b9;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b10;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b11;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b12;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b13;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b14;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b15;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b16;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b17;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b18;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b19;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b20;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b21;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b22;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b23;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b24;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b25;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b26;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b27;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b28;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b29;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b30;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b31;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b32;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b33;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b34;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b35;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b36;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b37;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b38;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b39;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b40;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b41;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b42;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b43;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b44;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b45;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b46;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b47;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b48;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b49;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b50;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b51;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b52;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b53;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b54;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b55;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b56;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b57;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b58;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b59;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b60;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b61;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b62;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b63;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b64;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b65;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b66;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b67;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b68;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b69;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b70;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b71;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b72;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b73;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b74;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b75;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b76;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b77;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b78;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b79;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b80;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b81;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b82;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b83;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b84;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b85;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b86;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b87;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b88;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b89;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b90;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b91;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b92;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b93;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b94;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b95;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b96;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b97;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b98;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b99;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b100;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b101;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b102;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b103;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b104;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b105;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b106;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b107;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b108;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b109;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b110;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b111;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b112;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b113;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b114;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b115;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b116;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b117;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b118;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b119;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b120;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b121;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b122;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b123;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b124;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b125;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b126;
UPDATE reportlink.report SET updated_at=now(), status='signed', drafting=false, signed_at=now() WHERE reportlink.report.organization_id = 'north' AND reportlink.report.report_id = :b127;
INSERT INTO reportlink.signature (organization_id, document_id, report_id, group_id, status, signed_by) VALUES ('north', :none_1_document_id, :b0, :link_128_1_group_id, 'signed', 'ada') RETURNING reportlink.signature.signature_id;
INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, data, cluster_id) VALUES ('north', 'report.signed', :link_128_1_group_id, :none_1_document_id, :b0, :ids_128::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', '{"old_status": "draft", "status": "signed"}', :cluster), ('north', 'report.published', :link_128_1_group_id, :none_1_document_id, :b0, :ids_128::bigint[]::BIGINT[], :json_1, 'ada', 'postgres', format('{"publication_id": %s, "publish_at": %s}', :sign_128_1_publication_id::bigint, to_jsonb(statement_timestamp()))::jsonb, :cluster) RETURNING reportlink.event.event_id;
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.signed", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', currval('reportlink.event_event_id_seq') - 1, :link_128_1_group_id::bigint, array_to_string(:ids_128::bigint[], ', '))) AS pg_notify_1;
\endif
\if :notify
SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "report.published", "organization_id": "north", "group_id": %s, "report_ids": [%s]}', currval('reportlink.event_event_id_seq'), :link_128_1_group_id::bigint, array_to_string(:ids_128::bigint[], ', '))) AS pg_notify_1;
\endif
COMMIT;
