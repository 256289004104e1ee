-- reportlink 1.0: the functions. The tables belong to whoever calls
-- reportlink_install(), so that dumps, restores and DROP EXTENSION treat the
-- reports like any other data; nothing below holds data.

\echo Use "CREATE EXTENSION reportlink" to load this file. \quit

--
-- Installation
--

CREATE FUNCTION reportlink_version() RETURNS text
	LANGUAGE c STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_version() IS
	'version of the reportlink library that this session has loaded';

CREATE FUNCTION reportlink_install() RETURNS text
	LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS $install$
DECLARE
	wanted CONSTANT text := '1.0';
	present text;
	others oid[];
	part record;
BEGIN
	PERFORM FROM pg_namespace n
		WHERE n.nspname = 'reportlink' AND NOT pg_has_role(current_user, n.nspowner, 'USAGE');
	IF FOUND THEN
		RAISE EXCEPTION 'schema reportlink belongs to another role'
			USING ERRCODE = 'insufficient_privilege',
				HINT = 'Run reportlink_install() as the owner of that schema, or drop it.';
	END IF;

	IF to_regclass('reportlink.installation') IS NOT NULL THEN
		SELECT max(i.version) INTO present FROM reportlink.installation i;
		IF present IS DISTINCT FROM wanted THEN
			RAISE EXCEPTION 'reportlink tables are of version %, this extension needs %', present, wanted
				USING ERRCODE = 'object_not_in_prerequisite_state',
					HINT = 'Run ALTER EXTENSION reportlink UPDATE, then SELECT reportlink_install().';
		END IF;
	ELSE
		IF to_regnamespace('reportlink') IS NULL THEN
			CREATE SCHEMA reportlink;
		ELSE
			others := ARRAY(SELECT n.oid FROM pg_namespace n WHERE n.nspname = 'reportlink'
				UNION ALL SELECT c.oid FROM pg_class c WHERE c.relnamespace = to_regnamespace('reportlink'));
		END IF;
		COMMENT ON SCHEMA reportlink IS 'linked reports: tables of the extension reportlink, made by reportlink_install()';

		CREATE TABLE reportlink.installation (
			version text COLLATE "C" NOT NULL,
			installed_at timestamptz NOT NULL DEFAULT now(),
			installed_by text NOT NULL DEFAULT current_user,
			CONSTRAINT installation_pkey PRIMARY KEY (version)
		);
		COMMENT ON TABLE reportlink.installation IS 'version of these tables; the library refuses to work on another one';
		COMMENT ON COLUMN reportlink.installation.version IS 'version of the tables';
		COMMENT ON COLUMN reportlink.installation.installed_at IS 'when the tables were made';
		COMMENT ON COLUMN reportlink.installation.installed_by IS 'database role that made them';

		CREATE TABLE reportlink.organization (
			organization_id text COLLATE "C" NOT NULL,
			name text,
			linking_enabled boolean NOT NULL DEFAULT false,
			recall_enabled boolean NOT NULL DEFAULT false,
			recall_delay_seconds integer NOT NULL DEFAULT 60,
			recall_allow_immediate_sign boolean NOT NULL DEFAULT true,
			addendum_clears_final_report boolean NOT NULL DEFAULT false,
			addendum_header text,
			notify_previous_owner boolean NOT NULL DEFAULT false,
			CONSTRAINT organization_pkey PRIMARY KEY (organization_id),
			CONSTRAINT organization_id_length CHECK (octet_length(organization_id) BETWEEN 1 AND 255),
			CONSTRAINT organization_recall_delay CHECK (recall_delay_seconds BETWEEN 20 AND 120)
		);
		COMMENT ON TABLE reportlink.organization IS 'organizations and their settings';
		COMMENT ON COLUMN reportlink.organization.organization_id IS 'first column of every key: reports of two organizations never meet';
		COMMENT ON COLUMN reportlink.organization.name IS 'name for people';
		COMMENT ON COLUMN reportlink.organization.linking_enabled IS 'attendings and residents may link; administrators and integrations always may';
		COMMENT ON COLUMN reportlink.organization.recall_enabled IS 'publication of a final signature waits for recall_delay_seconds';
		COMMENT ON COLUMN reportlink.organization.recall_delay_seconds IS 'seconds between a final signature and its publication, 20 to 120';
		COMMENT ON COLUMN reportlink.organization.recall_allow_immediate_sign IS 'an attending may publish before the delay has passed';
		COMMENT ON COLUMN reportlink.organization.addendum_clears_final_report IS 'an addendum starts without the text that was signed';
		COMMENT ON COLUMN reportlink.organization.addendum_header IS 'first line of every addendum; null = none';
		COMMENT ON COLUMN reportlink.organization.notify_previous_owner IS 'report.owner_changed names the previous owner as its recipient';

		CREATE TABLE reportlink.member (
			organization_id text COLLATE "C" NOT NULL,
			user_id text COLLATE "C" NOT NULL,
			role text COLLATE "C" NOT NULL,
			active boolean NOT NULL DEFAULT true,
			CONSTRAINT member_pkey PRIMARY KEY (organization_id, user_id),
			CONSTRAINT member_organization_fkey FOREIGN KEY (organization_id) REFERENCES reportlink.organization,
			CONSTRAINT member_user_length CHECK (octet_length(user_id) BETWEEN 1 AND 255),
			CONSTRAINT member_role CHECK (role IN ('attending', 'resident', 'drafter', 'administrator', 'integration'))
		);
		COMMENT ON TABLE reportlink.member IS 'users of an organization and what they may do';
		COMMENT ON COLUMN reportlink.member.organization_id IS 'organization';
		COMMENT ON COLUMN reportlink.member.user_id IS 'the actor of a call, the owner of a report';
		COMMENT ON COLUMN reportlink.member.role IS 'attending, resident, drafter, administrator or integration';
		COMMENT ON COLUMN reportlink.member.active IS 'false: may do nothing, what was done stays';

		CREATE TABLE reportlink.patient (
			organization_id text COLLATE "C" NOT NULL,
			mrn text COLLATE "C" NOT NULL,
			CONSTRAINT patient_pkey PRIMARY KEY (organization_id, mrn),
			CONSTRAINT patient_organization_fkey FOREIGN KEY (organization_id) REFERENCES reportlink.organization,
			CONSTRAINT patient_mrn_length CHECK (octet_length(mrn) <= 255 AND mrn ~ '[^[:space:]]')
		);
		COMMENT ON TABLE reportlink.patient IS 'one row a patient: its lock serialises all work on that patient''s reports';
		COMMENT ON COLUMN reportlink.patient.organization_id IS 'organization';
		COMMENT ON COLUMN reportlink.patient.mrn IS 'medical record number';

		CREATE TABLE reportlink.report_group (
			organization_id text COLLATE "C" NOT NULL,
			group_id bigint GENERATED ALWAYS AS IDENTITY,
			mrn text COLLATE "C" NOT NULL,
			default_report_id bigint NOT NULL,
			document_id bigint,
			member_count integer NOT NULL,
			created_at timestamptz NOT NULL DEFAULT now(),
			created_by text COLLATE "C" NOT NULL,
			closed_at timestamptz,
			merged_into bigint,
			CONSTRAINT report_group_pkey PRIMARY KEY (organization_id, group_id),
			-- what makes members of one group be of one patient: report refers to it
			CONSTRAINT report_group_patient_key UNIQUE (organization_id, group_id, mrn),
			CONSTRAINT report_group_patient_fkey FOREIGN KEY (organization_id, mrn) REFERENCES reportlink.patient,
			CONSTRAINT report_group_members CHECK (CASE WHEN closed_at IS NULL THEN member_count >= 2 ELSE member_count = 0 END),
			CONSTRAINT report_group_merged CHECK (merged_into IS NULL OR closed_at IS NOT NULL)
		) WITH (fillfactor = 60);
		COMMENT ON TABLE reportlink.report_group IS 'linked reports; a group that ends is closed, never deleted';
		COMMENT ON COLUMN reportlink.report_group.organization_id IS 'organization';
		COMMENT ON COLUMN reportlink.report_group.group_id IS 'the group';
		COMMENT ON COLUMN reportlink.report_group.mrn IS 'the patient of all its reports';
		COMMENT ON COLUMN reportlink.report_group.default_report_id IS 'the report that stands for the group';
		COMMENT ON COLUMN reportlink.report_group.document_id IS 'text in force for all its reports; null = blank';
		COMMENT ON COLUMN reportlink.report_group.member_count IS 'linked reports, 0 once closed';
		COMMENT ON COLUMN reportlink.report_group.created_at IS 'when it was linked';
		COMMENT ON COLUMN reportlink.report_group.created_by IS 'user who linked it';
		COMMENT ON COLUMN reportlink.report_group.closed_at IS 'when it ended; null = it is in force';
		COMMENT ON COLUMN reportlink.report_group.merged_into IS 'the group that took its reports';

		CREATE TABLE reportlink.report (
			organization_id text COLLATE "C" NOT NULL,
			report_id bigint GENERATED ALWAYS AS IDENTITY,
			mrn text COLLATE "C",
			accession_number text COLLATE "C",
			native_id text COLLATE "C",
			assigning_authority text COLLATE "C",
			order_id text COLLATE "C",
			site_id text COLLATE "C",
			study_name text,
			study_id text COLLATE "C",
			template_id text COLLATE "C",
			created_at timestamptz NOT NULL DEFAULT now(),
			updated_at timestamptz NOT NULL DEFAULT now(),
			status text COLLATE "C" NOT NULL DEFAULT 'unread',
			owner_id text COLLATE "C",
			drafting boolean NOT NULL DEFAULT false,
			addendum_open boolean NOT NULL DEFAULT false,
			signed_at timestamptz,
			group_id bigint,
			link_position integer,
			document_id bigint,
			CONSTRAINT report_pkey PRIMARY KEY (organization_id, report_id),
			CONSTRAINT report_identifiers_key UNIQUE NULLS NOT DISTINCT
				(organization_id, mrn, accession_number, native_id, assigning_authority, order_id, site_id),
			CONSTRAINT report_organization_fkey FOREIGN KEY (organization_id) REFERENCES reportlink.organization,
			CONSTRAINT report_patient_fkey FOREIGN KEY (organization_id, mrn) REFERENCES reportlink.patient,
			CONSTRAINT report_group_fkey FOREIGN KEY (organization_id, group_id, mrn)
				REFERENCES reportlink.report_group (organization_id, group_id, mrn),
			CONSTRAINT report_identified CHECK (coalesce(accession_number, native_id, order_id) IS NOT NULL),
			CONSTRAINT report_identifier_length CHECK (
				least(octet_length(accession_number), octet_length(native_id), octet_length(assigning_authority),
					octet_length(order_id), octet_length(site_id)) >= 1 AND
				greatest(octet_length(accession_number), octet_length(native_id), octet_length(assigning_authority),
					octet_length(order_id), octet_length(site_id)) <= 255),
			CONSTRAINT report_status CHECK (status IN ('unread', 'draft', 'prelim_signed', 'signed',
				'addendum_prelim_signed', 'addendum_signed', 'cancelled')),
			CONSTRAINT report_linked CHECK ((group_id IS NULL) = (link_position IS NULL)
				AND (group_id IS NULL OR mrn IS NOT NULL AND status <> 'cancelled'))
		) WITH (fillfactor = 50);
		COMMENT ON TABLE reportlink.report IS 'one row an accession: identity, workflow state, membership';
		COMMENT ON COLUMN reportlink.report.organization_id IS 'organization';
		COMMENT ON COLUMN reportlink.report.report_id IS 'the report';
		COMMENT ON COLUMN reportlink.report.mrn IS 'medical record number; null = can never be linked';
		COMMENT ON COLUMN reportlink.report.accession_number IS 'accession number';
		COMMENT ON COLUMN reportlink.report.native_id IS 'identifier in the system that sent the order';
		COMMENT ON COLUMN reportlink.report.assigning_authority IS 'who gave the native_id';
		COMMENT ON COLUMN reportlink.report.order_id IS 'order';
		COMMENT ON COLUMN reportlink.report.site_id IS 'site';
		COMMENT ON COLUMN reportlink.report.study_name IS 'study for people, such as CT Chest with Contrast';
		COMMENT ON COLUMN reportlink.report.study_id IS 'study';
		COMMENT ON COLUMN reportlink.report.template_id IS 'report template';
		COMMENT ON COLUMN reportlink.report.created_at IS 'when it was registered';
		COMMENT ON COLUMN reportlink.report.updated_at IS 'last change of this row';
		COMMENT ON COLUMN reportlink.report.status IS 'workflow state, the same on all linked reports';
		COMMENT ON COLUMN reportlink.report.owner_id IS 'user who owns it, the same on all linked reports';
		COMMENT ON COLUMN reportlink.report.drafting IS 'somebody has it open for dictation';
		COMMENT ON COLUMN reportlink.report.addendum_open IS 'an addendum was started and is not signed';
		COMMENT ON COLUMN reportlink.report.signed_at IS 'first final signature';
		COMMENT ON COLUMN reportlink.report.group_id IS 'group it is linked in; null = not linked';
		COMMENT ON COLUMN reportlink.report.link_position IS 'place in the group''s link order';
		COMMENT ON COLUMN reportlink.report.document_id IS 'its own text, in force while it is not linked; null = blank';

		-- accession number is what people search by; linking never changes it, so updates stay HOT
		CREATE INDEX report_accession_idx ON reportlink.report (organization_id, accession_number);

		CREATE TABLE reportlink.document (
			organization_id text COLLATE "C" NOT NULL,
			document_id bigint GENERATED ALWAYS AS IDENTITY,
			parent_id bigint,
			report_id bigint NOT NULL,
			group_id bigint,
			transcript text,
			final_report text,
			clinical_history text,
			views text,
			contrast text,
			laterality text,
			comparison text,
			study_at timestamptz,
			blank boolean GENERATED ALWAYS AS (study_at IS NULL
				AND coalesce(transcript, '') = '' AND coalesce(final_report, '') = ''
				AND coalesce(clinical_history, '') = '' AND coalesce(views, '') = ''
				AND coalesce(contrast, '') = '' AND coalesce(laterality, '') = ''
				AND coalesce(comparison, '') = '') STORED,
			checkpoint boolean NOT NULL DEFAULT true,
			reason text COLLATE "C" NOT NULL DEFAULT 'save',
			base_status text COLLATE "C",
			saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
			saved_by text COLLATE "C",
			CONSTRAINT document_pkey PRIMARY KEY (organization_id, document_id),
			CONSTRAINT document_organization_fkey FOREIGN KEY (organization_id) REFERENCES reportlink.organization,
			CONSTRAINT document_base_status CHECK (base_status IN ('prelim_signed', 'signed',
				'addendum_prelim_signed', 'addendum_signed'))
		);
		-- the history of a report is what was saved through it, and through the groups it was in
		CREATE INDEX document_report_idx ON reportlink.document (organization_id, report_id);
		CREATE INDEX document_group_idx ON reportlink.document (organization_id, group_id, document_id) WHERE group_id IS NOT NULL;
		COMMENT ON TABLE reportlink.document IS 'versions of what was dictated; never updated, reports and groups point at them';
		COMMENT ON COLUMN reportlink.document.organization_id IS 'organization';
		COMMENT ON COLUMN reportlink.document.document_id IS 'the version';
		COMMENT ON COLUMN reportlink.document.parent_id IS 'version that it goes back to; autosaves on the way are passed over';
		COMMENT ON COLUMN reportlink.document.report_id IS 'report through which it was saved';
		COMMENT ON COLUMN reportlink.document.group_id IS 'group that the report was linked in when it was saved';
		COMMENT ON COLUMN reportlink.document.transcript IS 'dictation';
		COMMENT ON COLUMN reportlink.document.final_report IS 'formatted report';
		COMMENT ON COLUMN reportlink.document.clinical_history IS 'clinical history';
		COMMENT ON COLUMN reportlink.document.views IS 'views';
		COMMENT ON COLUMN reportlink.document.contrast IS 'contrast';
		COMMENT ON COLUMN reportlink.document.laterality IS 'laterality';
		COMMENT ON COLUMN reportlink.document.comparison IS 'comparison';
		COMMENT ON COLUMN reportlink.document.study_at IS 'date and time of the study';
		COMMENT ON COLUMN reportlink.document.blank IS 'no content column has anything in it';
		COMMENT ON COLUMN reportlink.document.checkpoint IS 'false = autosave';
		COMMENT ON COLUMN reportlink.document.reason IS 'why the version was made: save or addendum';
		COMMENT ON COLUMN reportlink.document.base_status IS 'status on which this version began an addendum';
		COMMENT ON COLUMN reportlink.document.saved_at IS 'when it was saved';
		COMMENT ON COLUMN reportlink.document.saved_by IS 'user who saved it';

		CREATE TABLE reportlink.signature (
			organization_id text COLLATE "C" NOT NULL,
			signature_id bigint GENERATED ALWAYS AS IDENTITY,
			document_id bigint NOT NULL,
			report_id bigint NOT NULL,
			group_id bigint,
			status text COLLATE "C" NOT NULL,
			signed_by text COLLATE "C",
			signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
			CONSTRAINT signature_pkey PRIMARY KEY (organization_id, signature_id),
			CONSTRAINT signature_organization_fkey FOREIGN KEY (organization_id) REFERENCES reportlink.organization,
			CONSTRAINT signature_status CHECK (status IN ('prelim_signed', 'signed',
				'addendum_prelim_signed', 'addendum_signed'))
		);
		CREATE INDEX signature_document_idx ON reportlink.signature (organization_id, document_id);
		COMMENT ON TABLE reportlink.signature IS 'who signed which version, when; never changed, also where a signature was rejected later';
		COMMENT ON COLUMN reportlink.signature.organization_id IS 'organization';
		COMMENT ON COLUMN reportlink.signature.signature_id IS 'the signature';
		COMMENT ON COLUMN reportlink.signature.document_id IS 'version that was signed';
		COMMENT ON COLUMN reportlink.signature.report_id IS 'report through which it was signed';
		COMMENT ON COLUMN reportlink.signature.group_id IS 'group, all reports of which were signed; null = the report alone';
		COMMENT ON COLUMN reportlink.signature.status IS 'status that the signature gave';
		COMMENT ON COLUMN reportlink.signature.signed_by IS 'user who signed; null = a repair by the owner of the tables';
		COMMENT ON COLUMN reportlink.signature.signed_at IS 'when';

		CREATE TABLE reportlink.past_link (
			organization_id text COLLATE "C" NOT NULL,
			past_link_id bigint GENERATED ALWAYS AS IDENTITY,
			report_id bigint NOT NULL,
			group_id bigint NOT NULL,
			document_id bigint,
			last_document_id bigint,
			left_at timestamptz NOT NULL DEFAULT clock_timestamp(),
			CONSTRAINT past_link_pkey PRIMARY KEY (organization_id, report_id, past_link_id),
			CONSTRAINT past_link_group_fkey FOREIGN KEY (organization_id, group_id) REFERENCES reportlink.report_group
		);
		COMMENT ON TABLE reportlink.past_link IS 'groups that a report was in and left, by unlinking, merging, discarding or cancelling, or whose blank text was replaced by linking: its history goes through them';
		COMMENT ON COLUMN reportlink.past_link.organization_id IS 'organization';
		COMMENT ON COLUMN reportlink.past_link.past_link_id IS 'the row';
		COMMENT ON COLUMN reportlink.past_link.report_id IS 'report that left';
		COMMENT ON COLUMN reportlink.past_link.group_id IS 'group that it left';
		COMMENT ON COLUMN reportlink.past_link.document_id IS 'text in force for the group at that moment; null = blank';
		COMMENT ON COLUMN reportlink.past_link.last_document_id IS 'newest version saved in the group until then; not in force where an addendum was discarded; null = none';
		COMMENT ON COLUMN reportlink.past_link.left_at IS 'when it left, or the text was replaced';

		CREATE TABLE reportlink.publication (
			organization_id text COLLATE "C" NOT NULL,
			publication_id bigint GENERATED ALWAYS AS IDENTITY,
			group_id bigint,
			report_id bigint NOT NULL,
			document_id bigint NOT NULL,
			state text COLLATE "C" NOT NULL DEFAULT 'scheduled',
			scheduled_at timestamptz NOT NULL DEFAULT now(),
			publish_at timestamptz NOT NULL,
			finished_at timestamptz,
			requested_by text COLLATE "C",
			attempts integer NOT NULL DEFAULT 0,
			last_error text,
			retry_at timestamptz,
			CONSTRAINT publication_pkey PRIMARY KEY (organization_id, publication_id),
			CONSTRAINT publication_organization_fkey FOREIGN KEY (organization_id) REFERENCES reportlink.organization,
			CONSTRAINT publication_state CHECK (state IN ('scheduled', 'executed', 'cancelled')),
			CONSTRAINT publication_finished CHECK ((state = 'scheduled') = (finished_at IS NULL))
		);
		CREATE UNIQUE INDEX publication_pending_report_key ON reportlink.publication (organization_id, report_id)
			WHERE state = 'scheduled' AND group_id IS NULL;
		CREATE UNIQUE INDEX publication_pending_group_key ON reportlink.publication (organization_id, group_id)
			WHERE state = 'scheduled' AND group_id IS NOT NULL;
		CREATE INDEX publication_group_idx ON reportlink.publication (organization_id, group_id)
			WHERE group_id IS NOT NULL;
		-- what is due next, of all organizations: the worker asks for nothing else
		CREATE INDEX publication_due_idx ON reportlink.publication ((coalesce(retry_at, publish_at)))
			WHERE state = 'scheduled';
		COMMENT ON TABLE reportlink.publication IS 'report recall: what is published, when; one pending a report or group';
		COMMENT ON COLUMN reportlink.publication.organization_id IS 'organization';
		COMMENT ON COLUMN reportlink.publication.publication_id IS 'the schedule';
		COMMENT ON COLUMN reportlink.publication.group_id IS 'group that is published; null = the report is not linked';
		COMMENT ON COLUMN reportlink.publication.report_id IS 'the report, or the default report of the group';
		COMMENT ON COLUMN reportlink.publication.document_id IS 'version that was signed';
		COMMENT ON COLUMN reportlink.publication.state IS 'scheduled, executed or cancelled';
		COMMENT ON COLUMN reportlink.publication.scheduled_at IS 'when it was signed';
		COMMENT ON COLUMN reportlink.publication.publish_at IS 'when it is due';
		COMMENT ON COLUMN reportlink.publication.finished_at IS 'when it was executed or cancelled';
		COMMENT ON COLUMN reportlink.publication.requested_by IS 'user who signed';
		COMMENT ON COLUMN reportlink.publication.attempts IS 'tries that failed';
		COMMENT ON COLUMN reportlink.publication.last_error IS 'why the last try failed';
		COMMENT ON COLUMN reportlink.publication.retry_at IS 'when it is tried again after a try that failed';

		CREATE TABLE reportlink.event (
			organization_id text COLLATE "C" NOT NULL,
			event_id bigint GENERATED ALWAYS AS IDENTITY,
			type text COLLATE "C" NOT NULL,
			group_id bigint,
			document_id bigint,
			default_report_id bigint,
			report_ids bigint[] NOT NULL,
			linked_identifiers jsonb NOT NULL,
			actor text COLLATE "C",
			database_role text COLLATE "C" NOT NULL,
			occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
			data jsonb NOT NULL DEFAULT '{}',
			cluster_id bigint NOT NULL DEFAULT 0,
			transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
			CONSTRAINT event_pkey PRIMARY KEY (organization_id, event_id),
			CONSTRAINT event_organization_fkey FOREIGN KEY (organization_id) REFERENCES reportlink.organization
		);
		-- what a subscriber has not seen yet: of transactions that ended after its last look
		CREATE INDEX event_transaction_idx ON reportlink.event (organization_id, cluster_id, transaction_id);
		-- who reads every organization reads them together
		CREATE INDEX event_id_idx ON reportlink.event (event_id);
		COMMENT ON TABLE reportlink.event IS 'append-only audit and outbox: one row an action, all its reports in it';
		COMMENT ON COLUMN reportlink.event.organization_id IS 'organization';
		COMMENT ON COLUMN reportlink.event.event_id IS 'the event; given before commit, so not the order of commits';
		COMMENT ON COLUMN reportlink.event.type IS 'report.linked, report.unlinked, ...';
		COMMENT ON COLUMN reportlink.event.group_id IS 'group that it is about';
		COMMENT ON COLUMN reportlink.event.document_id IS 'text in force';
		COMMENT ON COLUMN reportlink.event.default_report_id IS 'default report of the group after the action';
		COMMENT ON COLUMN reportlink.event.report_ids IS 'reports concerned';
		COMMENT ON COLUMN reportlink.event.linked_identifiers IS 'identifiers of each report concerned, as of the event';
		COMMENT ON COLUMN reportlink.event.actor IS 'user on whose behalf it was done';
		COMMENT ON COLUMN reportlink.event.database_role IS 'database role that called';
		COMMENT ON COLUMN reportlink.event.occurred_at IS 'when';
		COMMENT ON COLUMN reportlink.event.data IS 'what the action changed';
		COMMENT ON COLUMN reportlink.event.cluster_id IS 'where it was recorded; 0 = from before, or elsewhere';
		COMMENT ON COLUMN reportlink.event.transaction_id IS 'transaction that did it, of the cluster where it was recorded';

		CREATE TABLE reportlink.cluster (
			cluster_id bigint NOT NULL,
			previous_id bigint NOT NULL DEFAULT 0,
			system_identifier bigint NOT NULL,
			database_oid oid NOT NULL,
			event_oid oid NOT NULL,
			noted_at timestamptz NOT NULL DEFAULT now(),
			CONSTRAINT cluster_pkey PRIMARY KEY (cluster_id),
			-- of two sessions that note the same place at once, one waits for the other
			CONSTRAINT cluster_place_key UNIQUE (system_identifier, database_oid, event_oid, previous_id),
			CONSTRAINT cluster_order CHECK (cluster_id > previous_id AND previous_id >= 0)
		);
		COMMENT ON TABLE reportlink.cluster IS 'where these tables have lived: transaction ids of events mean something only there; a restored dump or an upgraded server adds a row';
		COMMENT ON COLUMN reportlink.cluster.cluster_id IS 'milliseconds since 1970 when it was noted, and more than all before: the order of clusters, also where rows were restored into tables that are there already';
		COMMENT ON COLUMN reportlink.cluster.previous_id IS 'the last one before it; 0 = none was known';
		COMMENT ON COLUMN reportlink.cluster.system_identifier IS 'of the database cluster, as pg_control_system() tells it';
		COMMENT ON COLUMN reportlink.cluster.database_oid IS 'database';
		COMMENT ON COLUMN reportlink.cluster.event_oid IS 'table reportlink.event';
		COMMENT ON COLUMN reportlink.cluster.noted_at IS 'when it was noted: by reportlink_install(), or with the first event';

		CREATE TABLE reportlink.subscriber (
			organization_id text COLLATE "C" NOT NULL,
			subscriber text COLLATE "C" NOT NULL,
			created_at timestamptz NOT NULL DEFAULT now(),
			types text[] COLLATE "C",
			report_id bigint,
			cluster_id bigint NOT NULL,
			window_start pg_snapshot,
			window_end pg_snapshot,
			acknowledged_event_id bigint NOT NULL DEFAULT 0,
			CONSTRAINT subscriber_pkey PRIMARY KEY (organization_id, subscriber),
			CONSTRAINT subscriber_length CHECK (octet_length(subscriber) BETWEEN 1 AND 255)
		);
		COMMENT ON TABLE reportlink.subscriber IS 'durable read positions of event consumers';
		COMMENT ON COLUMN reportlink.subscriber.organization_id IS 'organization; empty = every one, which is why it is no foreign key';
		COMMENT ON COLUMN reportlink.subscriber.subscriber IS 'name of the consumer';
		COMMENT ON COLUMN reportlink.subscriber.created_at IS 'when it subscribed';
		COMMENT ON COLUMN reportlink.subscriber.types IS 'types of events that it is given; null = all';
		COMMENT ON COLUMN reportlink.subscriber.report_id IS 'report that its events are about; null = any';
		COMMENT ON COLUMN reportlink.subscriber.cluster_id IS 'cluster of the events that it is reading; those of smaller numbers are acknowledged';
		COMMENT ON COLUMN reportlink.subscriber.window_start IS 'events visible in this snapshot are acknowledged; null = none';
		COMMENT ON COLUMN reportlink.subscriber.window_end IS 'events visible in this snapshot are being read; null = all of that cluster';
		COMMENT ON COLUMN reportlink.subscriber.acknowledged_event_id IS 'last event acknowledged between the two; the largest number = all of them';

		CREATE TABLE reportlink.access (
			organization_id text COLLATE "C" NOT NULL,
			role_name name NOT NULL,
			profile text COLLATE "C" NOT NULL,
			CONSTRAINT access_pkey PRIMARY KEY (organization_id, role_name, profile),
			CONSTRAINT access_organization_fkey FOREIGN KEY (organization_id) REFERENCES reportlink.organization,
			CONSTRAINT access_profile CHECK (profile IN ('reader', 'reporter', 'listener', 'administrator'))
		);
		COMMENT ON TABLE reportlink.access IS 'which database role may reach which organization';
		COMMENT ON COLUMN reportlink.access.organization_id IS 'organization';
		COMMENT ON COLUMN reportlink.access.role_name IS 'database role';
		COMMENT ON COLUMN reportlink.access.profile IS 'reader, reporter, listener or administrator';

		CREATE VIEW reportlink.report_text WITH (security_invoker = true) AS
			SELECT r.organization_id, r.report_id, r.mrn, r.accession_number, r.native_id,
				r.assigning_authority, r.order_id, r.site_id, r.study_name, r.study_id, r.template_id,
				r.created_at, r.updated_at, r.status, r.owner_id, r.drafting, r.addendum_open, r.signed_at,
				r.group_id, r.link_position, coalesce(g.default_report_id = r.report_id, false) AS is_default,
				d.document_id, d.transcript, d.final_report, d.clinical_history, d.views, d.contrast,
				d.laterality, d.comparison, d.study_at, d.checkpoint, d.saved_at, d.saved_by
			FROM reportlink.report r
			LEFT JOIN reportlink.report_group g
				ON g.organization_id = r.organization_id AND g.group_id = r.group_id
			LEFT JOIN reportlink.document d
				ON d.organization_id = r.organization_id
				AND d.document_id = CASE WHEN r.group_id IS NULL THEN r.document_id ELSE g.document_id END;
		COMMENT ON VIEW reportlink.report_text IS 'every report with its state, its group and the text in force: what applications read';

		CREATE VIEW reportlink.worklist WITH (security_invoker = true) AS
			SELECT r.organization_id, r.report_id, r.group_id, r.mrn,
				CASE WHEN r.group_id IS NULL THEN 1 ELSE g.member_count END AS report_count,
				coalesce(m.accession_numbers, ARRAY[r.accession_number]) AS accession_numbers,
				coalesce(m.study_names, ARRAY[r.study_name]) AS study_names,
				r.status, r.owner_id, r.drafting, r.addendum_open,
				coalesce(m.created_at, r.created_at) AS created_at,
				coalesce(m.updated_at, r.updated_at) AS updated_at
			FROM reportlink.report r
			LEFT JOIN reportlink.report_group g
				ON g.organization_id = r.organization_id AND g.group_id = r.group_id
			LEFT JOIN LATERAL (
				SELECT array_agg(l.accession_number ORDER BY l.link_position) AS accession_numbers,
					array_agg(l.study_name ORDER BY l.link_position) AS study_names,
					min(l.created_at) AS created_at, max(l.updated_at) AS updated_at
				FROM reportlink.report l
				WHERE l.organization_id = r.organization_id AND l.mrn = r.mrn AND l.group_id = r.group_id
			) m ON true
			WHERE (r.group_id IS NULL OR r.report_id = g.default_report_id)
				AND (r.status IN ('unread', 'draft', 'prelim_signed', 'addendum_prelim_signed') OR r.addendum_open);
		COMMENT ON VIEW reportlink.worklist IS 'what is still to be read or signed: one row a report, or a group by its default report';

		CREATE VIEW reportlink.pending_publication WITH (security_invoker = true) AS
			SELECT p.organization_id, p.publication_id, p.group_id,
				coalesce(g.default_report_id, p.report_id) AS report_id,
				coalesce(m.accession_numbers, ARRAY[r.accession_number]) AS accession_numbers,
				p.document_id, p.requested_by, p.scheduled_at, p.publish_at,
				extract(epoch FROM p.publish_at - statement_timestamp()) AS seconds_left,
				p.attempts, p.last_error, p.retry_at
			FROM reportlink.publication p
			JOIN reportlink.report r
				ON r.organization_id = p.organization_id AND r.report_id = p.report_id
			LEFT JOIN reportlink.report_group g
				ON g.organization_id = p.organization_id AND g.group_id = p.group_id
			LEFT JOIN LATERAL (
				SELECT array_agg(l.accession_number ORDER BY l.link_position) AS accession_numbers
				FROM reportlink.report l
				WHERE l.organization_id = p.organization_id AND l.mrn = r.mrn AND l.group_id = p.group_id
			) m ON true
			WHERE p.state = 'scheduled';
		COMMENT ON VIEW reportlink.pending_publication IS 'what waits for its publication: one row a report, or a group by its default report; negative seconds_left: overdue';

		-- a row range of event_transaction_idx, from the first event that can be missing
		CREATE VIEW reportlink.subscriber_lag WITH (security_invoker = true) AS
			SELECT nullif(s.organization_id, '') AS organization_id, s.subscriber, s.created_at, s.types, s.report_id,
				coalesce(sum(b.events), 0)::bigint AS events_behind,
				coalesce(extract(epoch FROM statement_timestamp() - min(b.oldest)), 0) AS seconds_behind
			FROM reportlink.subscriber s
			LEFT JOIN reportlink.organization o
				ON o.organization_id = s.organization_id OR s.organization_id = ''
			LEFT JOIN LATERAL (
				SELECT count(*) AS events, min(e.occurred_at) AS oldest
				FROM reportlink.event e
				WHERE e.organization_id = o.organization_id
					AND (e.cluster_id, e.transaction_id) >= (s.cluster_id, coalesce(pg_snapshot_xmin(s.window_start), '0'))
					AND (e.cluster_id > s.cluster_id
						OR coalesce(NOT pg_visible_in_snapshot(e.transaction_id, s.window_start), true)
						AND NOT (e.event_id <= s.acknowledged_event_id
							AND coalesce(pg_visible_in_snapshot(e.transaction_id, s.window_end), true)))
					AND (s.types IS NULL OR e.type = ANY (s.types))
					AND (s.report_id IS NULL OR s.report_id = ANY (e.report_ids))
			) b ON true
			GROUP BY s.organization_id, s.subscriber;
		COMMENT ON VIEW reportlink.subscriber_lag IS 'how far each subscriber is behind: events that wait for it, and seconds since the oldest of them';

		-- on nothing of the extension, so that DROP EXTENSION leaves it; who may see the
		-- statistics of other roles sees it (pg_read_all_stats)
		CREATE VIEW reportlink.worker_status AS
			SELECT a.backend_type AS process, a.datname AS database, a.pid, a.backend_start AS started_at,
				a.state, a.state_change AS since, a.query AS activity
			FROM pg_stat_activity a
			WHERE a.backend_type IN ('reportlink launcher', 'reportlink worker');
		COMMENT ON VIEW reportlink.worker_status IS 'the background worker of each database, and what it is doing; no row: nothing of the kind runs';

		-- reportlink_grant() says who may: not the caller's default privileges, which were made
		-- for other tables
		FOR part IN
			SELECT DISTINCT o.name, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
			FROM (
				SELECT n.oid, 'SCHEMA reportlink' AS name, n.nspacl AS acl, n.nspowner AS owner
				FROM pg_namespace n WHERE n.nspname = 'reportlink'
				UNION ALL
				SELECT c.oid, CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass, c.relacl, c.relowner
				FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace
			) o, aclexplode(o.acl) a
			WHERE a.grantee <> o.owner AND o.oid <> ALL (coalesce(others, '{}'))
		LOOP
			EXECUTE format('REVOKE ALL ON %s FROM %s', part.name, part.grantee);
		END LOOP;

		INSERT INTO reportlink.installation (version) VALUES (wanted);
	END IF;

	-- after a restore the tables are elsewhere; else the first event notes that, and others wait for its commit
	INSERT INTO reportlink.cluster (cluster_id, previous_id, system_identifier, database_oid, event_oid)
		SELECT greatest(extract(epoch FROM clock_timestamp()) * 1000, l.cluster_id + 1), l.cluster_id,
			c.system_identifier, d.oid, 'reportlink.event'::regclass
		FROM pg_control_system() c, pg_database d,
			(SELECT coalesce(max(m.cluster_id), 0) AS cluster_id FROM reportlink.cluster m) l
		WHERE d.datname = current_database() AND NOT EXISTS (
			SELECT FROM reportlink.cluster p
			WHERE p.cluster_id = l.cluster_id AND p.system_identifier = c.system_identifier
				AND p.database_oid = d.oid AND p.event_oid = 'reportlink.event'::regclass)
		ON CONFLICT DO NOTHING;

	-- DROP EXTENSION ... CASCADE takes the triggers and leaves the rows, so each run brings
	-- back what is missing
	FOR part IN
		SELECT t.trigger_name, t.table_name, t.timing, t.function_name, t.purpose
		FROM (VALUES
			('reportlink_insert', 'report', 'BEFORE INSERT ON %s FOR EACH ROW', 'reportlink_report_insert',
				'checks a new report and makes its patient row'),
			('reportlink_update', 'report', 'BEFORE UPDATE ON %s FOR EACH ROW', 'reportlink_report_update',
				'refuses plain changes of what reportlink manages'),
			('reportlink_sync', 'report',
				'AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT',
				'reportlink_report_sync', 'carries a plain change of status or owner to all linked reports'),
			('reportlink_identifiers', 'report',
				'AFTER UPDATE ON %s FOR EACH ROW WHEN (OLD.group_id IS NOT NULL AND NEW.group_id IS NOT NULL AND ('
				'OLD.accession_number IS DISTINCT FROM NEW.accession_number OR '
				'OLD.native_id IS DISTINCT FROM NEW.native_id OR '
				'OLD.assigning_authority IS DISTINCT FROM NEW.assigning_authority OR '
				'OLD.order_id IS DISTINCT FROM NEW.order_id OR '
				'OLD.site_id IS DISTINCT FROM NEW.site_id))',
				'reportlink_report_identifiers', 'records that identifiers of a linked report changed'),
			('reportlink_delete', 'report', 'BEFORE DELETE ON %s FOR EACH ROW', 'reportlink_report_delete',
				'lets only an unlinked report without text go'),
			('reportlink_truncate', 'report', 'BEFORE TRUNCATE ON %s FOR EACH STATEMENT', 'reportlink_refuse_change',
				'refuses TRUNCATE'),
			('reportlink_insert', 'report_group', 'BEFORE INSERT ON %s FOR EACH ROW', 'reportlink_owner_insert',
				'refuses groups that were not made by reportlink_link()'),
			('reportlink_change', 'report_group', 'BEFORE UPDATE OR DELETE ON %s FOR EACH ROW', 'reportlink_refuse_change',
				'refuses plain changes of groups'),
			('reportlink_truncate', 'report_group', 'BEFORE TRUNCATE ON %s FOR EACH STATEMENT', 'reportlink_refuse_change',
				'refuses TRUNCATE'),
			('reportlink_insert', 'document', 'BEFORE INSERT ON %s FOR EACH ROW', 'reportlink_owner_insert',
				'refuses versions that were not made by reportlink'),
			('reportlink_change', 'document', 'BEFORE UPDATE OR DELETE ON %s FOR EACH ROW', 'reportlink_refuse_change',
				'keeps every version'),
			('reportlink_truncate', 'document', 'BEFORE TRUNCATE ON %s FOR EACH STATEMENT', 'reportlink_refuse_change',
				'refuses TRUNCATE'),
			('reportlink_insert', 'signature', 'BEFORE INSERT ON %s FOR EACH ROW', 'reportlink_owner_insert',
				'refuses signatures that were not made by reportlink'),
			('reportlink_change', 'signature', 'BEFORE UPDATE OR DELETE ON %s FOR EACH ROW', 'reportlink_refuse_change',
				'keeps every signature'),
			('reportlink_truncate', 'signature', 'BEFORE TRUNCATE ON %s FOR EACH STATEMENT', 'reportlink_refuse_change',
				'refuses TRUNCATE'),
			('reportlink_insert', 'past_link', 'BEFORE INSERT ON %s FOR EACH ROW', 'reportlink_owner_insert',
				'refuses rows that were not made by reportlink'),
			('reportlink_change', 'past_link', 'BEFORE UPDATE OR DELETE ON %s FOR EACH ROW', 'reportlink_refuse_change',
				'keeps every row'),
			('reportlink_truncate', 'past_link', 'BEFORE TRUNCATE ON %s FOR EACH STATEMENT', 'reportlink_refuse_change',
				'refuses TRUNCATE'),
			('reportlink_insert', 'event', 'BEFORE INSERT ON %s FOR EACH ROW', 'reportlink_owner_insert',
				'refuses events that were not recorded by reportlink'),
			('reportlink_change', 'event', 'BEFORE UPDATE OR DELETE ON %s FOR EACH ROW', 'reportlink_refuse_change',
				'keeps every event'),
			('reportlink_truncate', 'event', 'BEFORE TRUNCATE ON %s FOR EACH STATEMENT', 'reportlink_refuse_change',
				'refuses TRUNCATE')
		) AS t (trigger_name, table_name, timing, function_name, purpose)
		WHERE NOT EXISTS (
			SELECT FROM pg_trigger p
			WHERE p.tgrelid = ('reportlink.' || t.table_name)::regclass AND p.tgname = t.trigger_name)
	LOOP
		EXECUTE format('CREATE TRIGGER %I ' || part.timing || ' EXECUTE FUNCTION @extschema@.%I()',
			part.trigger_name, 'reportlink.' || part.table_name, part.function_name);
		EXECUTE format('COMMENT ON TRIGGER %I ON reportlink.%I IS %L',
			part.trigger_name, part.table_name, part.purpose);
	END LOOP;

	RETURN wanted;
END
$install$;
COMMENT ON FUNCTION reportlink_install() IS
	'makes schema reportlink with its tables, views and triggers, owned by the caller; run again it only adds what is missing; returns the version of the tables';

--
-- Membership
--

CREATE FUNCTION reportlink_link(organization_id text,
	OUT group_id bigint, OUT default_report_id bigint, INOUT report_ids bigint[],
	trigger_open_event boolean DEFAULT true, actor text DEFAULT NULL,
	OUT linked_report_ids bigint[], OUT merged_group_ids bigint[],
	OUT status text, OUT owner_id text, OUT superseded_document_ids bigint[])
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_link(text, bigint[], boolean, text) IS
	'links reports of one patient into one group, joining or merging the groups they are in, and opens it for the actor unless trigger_open_event is false';

CREATE FUNCTION reportlink_unlink(organization_id text, report_ids bigint[],
	unassign_and_discard boolean DEFAULT false, actor text DEFAULT NULL)
	RETURNS TABLE (report_id bigint, group_id bigint, document_id bigint,
		status text, owner_id text, group_dissolved boolean)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_unlink(text, bigint[], boolean, text) IS
	'takes reports out of their group, each with the shared text, or with unassign_and_discard unowned and with its own text from before linking; a group left with one report dissolves';

CREATE FUNCTION reportlink_set_default(organization_id text, INOUT report_id bigint,
	actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_set_default(text, bigint, text) IS
	'makes a linked report the default report of its group, until the group is published';

--
-- Workflow and ownership
--

CREATE FUNCTION reportlink_open(organization_id text, INOUT report_id bigint,
	actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_open(text, bigint, text) IS
	'opens a report and all linked to it: the actor becomes the owner of what nobody owns; past draft it is a view';

CREATE FUNCTION reportlink_close(organization_id text, INOUT report_id bigint,
	release boolean DEFAULT false, actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_close(text, bigint, boolean, text) IS
	'ends dictation of a report and all linked to it; with release nobody owns them afterwards';

CREATE FUNCTION reportlink_assign(organization_id text, INOUT report_id bigint,
	new_owner text, actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_assign(text, bigint, text, text) IS
	'gives a report and all linked to it to another owner; new_owner NULL unassigns';

CREATE FUNCTION reportlink_save(organization_id text, report_id bigint, content jsonb,
	expected_document_id bigint DEFAULT NULL, checkpoint boolean DEFAULT true,
	actor text DEFAULT NULL) RETURNS bigint
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_save(text, bigint, jsonb, bigint, boolean, text) IS
	'saves a new version of the text of a report and all linked to it: the one in force with the keys of content changed; returns its document_id; expected_document_id (0 = blank) guards against overwriting, checkpoint false is an autosave';

CREATE FUNCTION reportlink_discard(organization_id text, INOUT report_id bigint,
	unassign boolean DEFAULT false, actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_discard(text, bigint, boolean, text) IS
	'goes back to the last checkpoint or signed version, with an open addendum to the report as it was signed; a linked draft leaves its group, with its own text from before linking; with unassign nobody owns it afterwards';

CREATE FUNCTION reportlink_cancel(organization_id text, INOUT report_id bigint,
	whole_group boolean DEFAULT false, actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_cancel(text, bigint, boolean, text) IS
	'cancels a report that is unread or in draft; if it is linked it leaves its group first, with whole_group all of them do';

--
-- Signatures
--

CREATE FUNCTION reportlink_prelim_sign(organization_id text, INOUT report_id bigint,
	actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_prelim_sign(text, bigint, text) IS
	'signs a report and all linked to it preliminarily, or their open addendum';

CREATE FUNCTION reportlink_sign(organization_id text, INOUT report_id bigint,
	actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_sign(text, bigint, text) IS
	'signs a report and all linked to it finally, or their open addendum';

CREATE FUNCTION reportlink_start_addendum(organization_id text, INOUT report_id bigint,
	actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_start_addendum(text, bigint, text) IS
	'begins an addendum on a signed report and all linked to it; what was signed stays';

CREATE FUNCTION reportlink_reject(organization_id text, INOUT report_id bigint,
	actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_reject(text, bigint, text) IS
	'sends a preliminary signature back to who signed: to draft, or to the open addendum';

CREATE FUNCTION reportlink_transitions(OUT from_status text, OUT to_status text, OUT function text,
	OUT addendum_open boolean, OUT finally_signed boolean, OUT plain_sql boolean, OUT roles text[])
	RETURNS SETOF record
	LANGUAGE c STABLE PARALLEL SAFE ROWS 24
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_transitions() IS
	'every change of status that there is: by which function, whether it needs an open addendum and an earlier final signature (null = either), whether plain SQL may do it, and the roles that may';

--
-- Publication
--

CREATE FUNCTION reportlink_publish_now(organization_id text, INOUT report_id bigint,
	actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_publish_now(text, bigint, text) IS
	'publishes a signed report and all linked to it before the delay has passed';

CREATE FUNCTION reportlink_cancel_publish(organization_id text, INOUT report_id bigint,
	actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_cancel_publish(text, bigint, text) IS
	'takes back a final signature that is not published yet: to draft, or with the addendum open to the report it stands on';

CREATE FUNCTION reportlink_publish_due(batch integer DEFAULT 100, organization_id text DEFAULT NULL)
	RETURNS integer
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_publish_due(integer, text) IS
	'publishes what is due, at most batch of it, in one organization or in all; returns how many it published; what somebody is at work on is left for the next call';

--
-- Events
--

CREATE FUNCTION reportlink_subscribe(organization_id text, subscriber text,
	from_start boolean DEFAULT false, types text[] DEFAULT NULL, report_id bigint DEFAULT NULL)
	RETURNS void
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_subscribe(text, text, boolean, text[], bigint) IS
	'makes a durable subscriber: from now on, or from_start with all there is, events wait until it has acknowledged them; organization_id NULL is every organization; only those of some types or about one report where these are given';

CREATE FUNCTION reportlink_unsubscribe(organization_id text, subscriber text) RETURNS void
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_unsubscribe(text, text) IS
	'forgets a subscriber; nothing waits for it any more';

CREATE FUNCTION reportlink_fetch(INOUT organization_id text, subscriber text, batch integer DEFAULT 100,
	OUT event_id bigint, OUT type text, OUT group_id bigint, OUT document_id bigint,
	OUT default_report_id bigint, OUT report_ids bigint[], OUT linked_identifiers jsonb,
	OUT actor text, OUT database_role text, OUT occurred_at timestamptz, OUT data jsonb)
	RETURNS SETOF record
	LANGUAGE c VOLATILE ROWS 100
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_fetch(text, text, integer) IS
	'the next events of a subscriber in the order of the feed, at most batch of them; the same ones again until reportlink_ack()';

CREATE FUNCTION reportlink_ack(organization_id text, subscriber text, event_id bigint) RETURNS void
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_ack(text, text, bigint) IS
	'acknowledges all events of a subscriber up to and with this one, in the order in which reportlink_fetch() gave them';

--
-- Reading
--

CREATE FUNCTION reportlink_linked_reports(organization_id text, INOUT report_id bigint,
	OUT accession_number text, OUT study_name text, OUT created_at timestamptz,
	OUT mrn text, OUT order_id text, OUT site_id text, OUT native_id text,
	OUT assigning_authority text, OUT is_default boolean)
	RETURNS SETOF record
	LANGUAGE c VOLATILE ROWS 8
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_linked_reports(text, bigint) IS
	'the sidebar: all reports of the group that the report is in, in link order; no row when it is not linked';

CREATE FUNCTION reportlink_linkable_reports(organization_id text, INOUT report_id bigint,
	OUT accession_number text, OUT study_name text, OUT created_at timestamptz,
	OUT status text, OUT owner_id text, OUT group_id bigint,
	OUT linked boolean, OUT linkable boolean, OUT reason text, OUT linkable_count bigint)
	RETURNS SETOF record
	LANGUAGE c VOLATILE ROWS 16
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_linkable_reports(text, bigint) IS
	'the dialog: every other report of that MRN, whether it is linked to this one, whether it can be and why not; linkable_count is the badge';

CREATE FUNCTION reportlink_find(organization_id text,
	OUT report_id bigint, INOUT mrn text DEFAULT NULL, INOUT accession_number text DEFAULT NULL,
	INOUT site_id text DEFAULT NULL,
	OUT order_id text, OUT native_id text, OUT assigning_authority text,
	OUT study_name text, OUT created_at timestamptz, OUT status text, OUT owner_id text,
	OUT group_id bigint, OUT is_default boolean)
	RETURNS SETOF record
	LANGUAGE c VOLATILE ROWS 4
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_find(text, text, text, text) IS
	'reports by MRN, accession number and site; a NULL is any, but MRN or accession number is needed';

CREATE FUNCTION reportlink_history(organization_id text, INOUT report_id bigint,
	OUT document_id bigint, OUT parent_id bigint, OUT saved_at timestamptz, OUT saved_by text,
	OUT reason text, OUT checkpoint boolean, OUT signed boolean, OUT signed_as text,
	OUT signed_by text, OUT signed_at timestamptz, OUT in_force boolean,
	OUT transcript_bytes integer, OUT final_report_bytes integer)
	RETURNS SETOF record
	LANGUAGE c VOLATILE ROWS 20
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_history(text, bigint) IS
	'every version of text that was ever in force for a report, and those it goes back to, oldest first: report_id is the report through which it was saved, signed_as, signed_by and signed_at tell of its last signature';

--
-- Administration
--

CREATE FUNCTION reportlink_check(INOUT organization_id text DEFAULT NULL,
	OUT invariant text, OUT group_id bigint, OUT report_id bigint, OUT detail text)
	RETURNS SETOF record
	LANGUAGE c VOLATILE ROWS 1
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_check(text) IS
	'every broken invariant, in one organization or in all; no row is the only right answer';

CREATE FUNCTION reportlink_prune_documents(organization_id text, before timestamptz, batch integer DEFAULT 10000) RETURNS integer
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_prune_documents(text, timestamptz, integer) IS
	'deletes autosaves from before a time that nobody signed and nothing points at any more, at most batch of them; returns how many went';

CREATE FUNCTION reportlink_purge_events(organization_id text, before timestamptz, batch integer DEFAULT 10000) RETURNS integer
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_purge_events(text, timestamptz, integer) IS
	'deletes events from before a time that every subscriber has acknowledged, oldest first and at most batch of them; with reportlink.keep_signed_events those about finally signed reports stay; returns how many went';

CREATE FUNCTION reportlink_grant(grantee regrole, profile text, organization_id text DEFAULT NULL)
	RETURNS void
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_grant(regrole, text, text) IS
	'gives a database role what a profile needs: reader, reporter, listener or administrator; with organization_id in that organization alone';

CREATE FUNCTION reportlink_revoke(grantee regrole, profile text, organization_id text DEFAULT NULL)
	RETURNS void
	LANGUAGE c VOLATILE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_revoke(regrole, text, text) IS
	'takes from a database role what reportlink_grant() of that profile gave, in one organization or in all';

--
-- Triggers. They are called for each row, and to set search_path takes longer than to
-- let a row pass: the library does it, before it looks anything up.
--

CREATE FUNCTION reportlink_report_insert() RETURNS trigger
	LANGUAGE c
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_report_insert() IS
	'trigger: checks a new report and makes its patient row';

CREATE FUNCTION reportlink_report_update() RETURNS trigger
	LANGUAGE c
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_report_update() IS
	'trigger: refuses plain changes of what reportlink manages';

CREATE FUNCTION reportlink_report_sync() RETURNS trigger
	LANGUAGE c
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_report_sync() IS
	'trigger: checks a plain change of status or owner as the functions would and carries it to all linked reports';

CREATE FUNCTION reportlink_report_identifiers() RETURNS trigger
	LANGUAGE c
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_report_identifiers() IS
	'trigger: records that identifiers of a linked report changed';

CREATE FUNCTION reportlink_report_delete() RETURNS trigger
	LANGUAGE c
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_report_delete() IS
	'trigger: lets only an unlinked report go that is unread, a blank draft or cancelled';

CREATE FUNCTION reportlink_owner_insert() RETURNS trigger
	LANGUAGE c
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_owner_insert() IS
	'trigger: lets only reportlink, or the owner of the tables in a restore, add rows';

CREATE FUNCTION reportlink_refuse_change() RETURNS trigger
	LANGUAGE c
	AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION reportlink_refuse_change() IS
	'trigger: refuses plain changes of a table that reportlink manages';

-- Nobody calls anything before reportlink_grant() says so, whatever default privileges
-- there are, except what tells the version.
DO $revoke$
DECLARE
	part record;
BEGIN
	FOR part IN
		SELECT DISTINCT p.oid::pg_catalog.regprocedure AS function,
			CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::pg_catalog.text END AS grantee
		FROM pg_catalog.pg_depend d
		JOIN pg_catalog.pg_extension e ON d.refobjid OPERATOR(pg_catalog.=) e.oid
		JOIN pg_catalog.pg_proc p ON d.objid OPERATOR(pg_catalog.=) p.oid,
			pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
		WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
			AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
			AND e.extname OPERATOR(pg_catalog.=) 'reportlink'
			AND d.deptype OPERATOR(pg_catalog.=) 'e'
			AND a.grantee OPERATOR(pg_catalog.<>) p.proowner
	LOOP
		EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM %s', part.function, part.grantee);
	END LOOP;
END
$revoke$;
GRANT EXECUTE ON FUNCTION reportlink_version() TO PUBLIC;
