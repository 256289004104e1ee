-- The random load: five patients of eight reports each, and more of them as the
-- first ones are signed or cancelled. stress.choose() picks something to do and
-- notes it; stress.step() does it on behalf of some member and notes how it
-- went. They are two transactions, and the choice is kept by a key, so that
-- whoever tries again after 40001 does the same thing again.
--
-- stress.replay() is an independent model: it tells from the events what every
-- report must be like. stress.lost and stress.altered compare what was seen in
-- force, and what was signed, with what is there.

CREATE SCHEMA stress;

CREATE SEQUENCE stress.accession;

-- Registers orders; each is a report
CREATE FUNCTION stress.register(patient text, wanted integer) RETURNS void
	LANGUAGE sql
	AS $$
		INSERT INTO reportlink.report (organization_id, mrn, accession_number)
		SELECT 'north', patient, patient || '-' || nextval('stress.accession')
		FROM generate_series(1, wanted)
		ON CONFLICT DO NOTHING
	$$;

SELECT stress.register('P' || p, 8) FROM generate_series(1, 5) p;

-- Most signatures wait for their publication; stress.hasten() is how time passes here
UPDATE reportlink.organization SET recall_enabled = true;

-- Some of what is scheduled is due now
CREATE FUNCTION stress.hasten() RETURNS void
	LANGUAGE sql
	AS $$
		UPDATE reportlink.publication p SET publish_at = clock_timestamp()
		WHERE p.organization_id = 'north' AND p.publication_id = ANY (ARRAY(
			SELECT d.publication_id FROM reportlink.publication d
			WHERE d.organization_id = 'north' AND d.state = 'scheduled' AND random() < 0.4
			ORDER BY d.publication_id FOR UPDATE SKIP LOCKED))
	$$;

CREATE TABLE stress.choice (
	choice_key bigint PRIMARY KEY,
	choice jsonb NOT NULL,
	place bigint GENERATED ALWAYS AS IDENTITY,
	session integer NOT NULL DEFAULT pg_backend_pid()
);
CREATE INDEX ON stress.choice (session, place);

CREATE TABLE stress.tally (
	choice_key bigint NOT NULL,
	operation text NOT NULL,
	sqlstate text NOT NULL, -- 00000: it was done
	message text, -- with its detail
	isolation text NOT NULL DEFAULT current_setting('transaction_isolation')
);
CREATE INDEX ON stress.tally (choice_key);

-- Versions that a report was seen with, right after something was done to it
CREATE TABLE stress.seen (
	report_id bigint NOT NULL,
	document_id bigint NOT NULL,
	checkpoint boolean NOT NULL,
	blank boolean NOT NULL
);

-- Versions that a signature stood on, and what they said
CREATE TABLE stress.signed (
	document_id bigint NOT NULL,
	digest text NOT NULL
);

CREATE FUNCTION stress.one_of(VARIADIC choices text[]) RETURNS text
	LANGUAGE sql VOLATILE
	AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::integer] $$;

CREATE FUNCTION stress.digest(version reportlink.document) RETURNS text
	LANGUAGE sql STABLE
	AS $$
		SELECT md5(ROW(version.transcript, version.final_report, version.clinical_history,
			version.views, version.contrast, version.laterality, version.comparison, version.study_at)::text)
	$$;

-- A report of the patient, with one of these statuses if there is one
CREATE FUNCTION stress.some_report(patient text, statuses text[]) RETURNS reportlink.report
	LANGUAGE sql VOLATILE
	AS $$
		SELECT r.*
		FROM reportlink.report r
		WHERE r.organization_id = 'north' AND r.mrn = patient
		ORDER BY r.status = ANY (statuses) DESC, random()
		LIMIT 1
	$$;

-- Reports of a patient in any order, the chosen one among them; alike: of its group, or else of its status
CREATE FUNCTION stress.some_reports(chosen reportlink.report, alike boolean, wanted integer) RETURNS bigint[]
	LANGUAGE sql VOLATILE
	AS $$
		SELECT array_agg(s.report_id ORDER BY random())
		FROM (
			SELECT r.report_id
			FROM reportlink.report r
			WHERE r.organization_id = 'north' AND r.mrn = chosen.mrn
				AND (r.report_id = chosen.report_id OR CASE
					WHEN NOT alike THEN r.status IN ('unread', 'draft')
					WHEN chosen.group_id IS NOT NULL THEN r.group_id = chosen.group_id
					ELSE r.status = chosen.status END)
			ORDER BY r.report_id = chosen.report_id DESC, random()
			LIMIT wanted
		) s
	$$;

-- What to set by a plain UPDATE: mostly what could come next, sometimes anything
CREATE FUNCTION stress.some_status(status text) RETURNS text
	LANGUAGE sql VOLATILE
	AS $$
		SELECT CASE WHEN random() < 0.15 THEN
			stress.one_of('unread', 'draft', 'prelim_signed', 'signed', 'addendum_prelim_signed', 'addendum_signed', 'cancelled')
		ELSE CASE status
			WHEN 'unread' THEN stress.one_of('draft', 'draft', 'draft', 'cancelled')
			WHEN 'draft' THEN stress.one_of('unread', 'unread', 'prelim_signed', 'signed', 'cancelled')
			WHEN 'prelim_signed' THEN stress.one_of('signed', 'addendum_prelim_signed')
			WHEN 'signed' THEN stress.one_of('addendum_prelim_signed', 'addendum_signed')
			ELSE stress.one_of('signed', 'addendum_prelim_signed', 'addendum_signed')
		END END
	$$;

CREATE FUNCTION stress.some_content(actor text) RETURNS jsonb
	LANGUAGE sql VOLATILE
	AS $$
		SELECT CASE
			WHEN random() < 0.05 THEN '{"transcript": null, "final_report": null}'
			WHEN actor = 'dot' AND random() < 0.9 THEN jsonb_build_object('transcript', 'Dictation ' || random())
			WHEN random() < 0.3 THEN jsonb_build_object('laterality', stress.one_of('left', 'right', NULL), 'transcript', 'Dictation ' || random())
			ELSE jsonb_build_object('final_report', 'Report ' || random())
		END
	$$;

-- Picks an operation, an actor and reports from what is there now; others may
-- change it before it is done. The same key always gets the same choice, and
-- in another run the same one of what is there then.
CREATE FUNCTION stress.choose(choice_key bigint, OUT choice jsonb)
	LANGUAGE plpgsql
	AS $$
DECLARE
	patient text;
	operation text;
	actor text;
	chosen reportlink.report;
	waiting reportlink.report;
	report_ids bigint[];
BEGIN
	SELECT c.choice INTO choice FROM stress.choice c WHERE c.choice_key = choose.choice_key;
	IF FOUND THEN
		RETURN;
	END IF;

	PERFORM setseed(choose.choice_key / 9007199254740992.0);
	patient := 'P' || 1 + floor(random() * 5)::integer;
	operation := stress.one_of('link', 'link', 'link', 'link', 'unlink', 'unlink', 'unlink_discarding',
		'open', 'open', 'open', 'close', 'close', 'assign', 'assign', 'set_default', 'save', 'save', 'save', 'save', 'save',
		'prelim_sign', 'prelim_sign', 'sign', 'sign', 'start_addendum', 'start_addendum', 'reject', 'discard', 'discard',
		'publish_now', 'publish_now', 'cancel_publish', 'hasten', 'publish_due', 'recall', 'cancel', 'plain', 'plain', 'plain', 'plain', 'plain', 'prune');
	actor := stress.one_of('ada', 'abe', 'rex', 'dot', 'ada', 'abe', 'rex', 'adm', 'hl7', 'gone');

	IF (SELECT count(*) < 6 FROM reportlink.report r
		WHERE r.organization_id = 'north' AND r.mrn = patient AND r.status IN ('unread', 'draft'))
	THEN
		operation := 'register';
	END IF;

	chosen := stress.some_report(patient, CASE
		WHEN random() < 0.1 THEN '{}'
		WHEN operation IN ('link', 'unlink', 'unlink_discarding', 'open', 'cancel') THEN '{unread,draft}'
		WHEN operation IN ('save', 'sign', 'prelim_sign') THEN '{draft,addendum_prelim_signed,prelim_signed}'
		WHEN operation = 'start_addendum' THEN '{prelim_signed,signed,addendum_prelim_signed,addendum_signed}'
		WHEN operation IN ('publish_now', 'cancel_publish') THEN '{signed,addendum_signed}'
		WHEN operation = 'reject' THEN '{prelim_signed,addendum_prelim_signed}'
		WHEN random() < 0.6 THEN '{unread,draft}'
		ELSE '{prelim_signed,signed,addendum_prelim_signed,addendum_signed}' END::text[]);
	IF operation IN ('publish_now', 'cancel_publish') AND random() < 0.8 THEN
		SELECT r.* INTO waiting
		FROM reportlink.publication p
		JOIN reportlink.report r ON r.organization_id = 'north' AND r.report_id = p.report_id
		WHERE p.organization_id = 'north' AND p.state = 'scheduled'
			AND r.mrn ~ '^P[1-5]$' -- other patients are the test's own
		ORDER BY random() LIMIT 1;
		IF FOUND THEN
			chosen := waiting;
		END IF;
	END IF;
	report_ids := ARRAY[chosen.report_id];
	IF operation = 'link' THEN
		report_ids := stress.some_reports(chosen, false, 2 + floor(random() * 3)::integer);
	ELSIF operation IN ('unlink', 'unlink_discarding') THEN
		report_ids := stress.some_reports(chosen, true, 1 + floor(random() * 2)::integer);
	ELSIF operation = 'plain' AND random() < 0.5 THEN
		report_ids := stress.some_reports(chosen, random() < 0.7, 2 + floor(random() * 2)::integer);
		IF random() < 0.4 THEN
			report_ids := report_ids || (stress.some_report('P' || 1 + floor(random() * 5)::integer, ARRAY[chosen.status])).report_id;
		END IF;
	END IF;

	-- the owner is who most often does something to a report
	IF random() < 0.7 AND operation NOT IN ('reject', 'cancel', 'publish_now', 'cancel_publish') THEN
		actor := coalesce(chosen.owner_id, actor);
	ELSIF operation IN ('reject', 'cancel', 'publish_now', 'cancel_publish') THEN
		actor := stress.one_of('ada', 'abe', actor);
	ELSIF operation = 'plain' AND random() < 0.5 THEN
		actor := NULL; -- the owner of the tables, for a repair
	END IF;

	choice := jsonb_build_object('operation', operation, 'actor', actor, 'patient', patient, 'report_ids', report_ids,
		'flag', random() < 0.5,
		'rarely', random() < 0.15,
		'owner', stress.one_of('ada', 'abe', 'rex', 'dot', NULL, NULL),
		'status', stress.some_status(chosen.status),
		'columns', stress.one_of('status', 'status', 'status', 'owner_id', 'both'),
		'content', stress.some_content(actor),
		'expected', (SELECT coalesce(t.document_id, 0) FROM reportlink.report_text t
			WHERE t.organization_id = 'north' AND t.report_id = chosen.report_id));
	INSERT INTO stress.choice (choice_key, choice) VALUES (choice_key, choice);
END
$$;

CREATE FUNCTION stress.update_plainly(ids bigint[], columns text, new_status text, new_owner text, actor text) RETURNS void
	LANGUAGE plpgsql
	AS $$
BEGIN
	PERFORM set_config('reportlink.user_id', coalesce(actor, ''), true);
	CASE columns
	WHEN 'status' THEN
		UPDATE reportlink.report r SET status = new_status
		WHERE r.organization_id = 'north' AND r.report_id = ANY (ids);
	WHEN 'owner_id' THEN
		UPDATE reportlink.report r SET owner_id = new_owner
		WHERE r.organization_id = 'north' AND r.report_id = ANY (ids);
	WHEN 'both' THEN
		UPDATE reportlink.report r SET status = new_status, owner_id = new_owner
		WHERE r.organization_id = 'north' AND r.report_id = ANY (ids);
	END CASE;
END
$$;

CREATE FUNCTION stress.act(choice jsonb, ids bigint[]) RETURNS void
	LANGUAGE plpgsql
	AS $$
DECLARE
	actor text := choice ->> 'actor';
	flag boolean := choice -> 'flag';
	rarely boolean := choice -> 'rarely';
BEGIN
	CASE choice ->> 'operation'
	WHEN 'register' THEN
		PERFORM stress.register(choice ->> 'patient', 3);
	WHEN 'link' THEN
		PERFORM reportlink_link('north', ids, flag, actor);
	WHEN 'unlink' THEN
		PERFORM reportlink_unlink('north', ids, false, actor);
	WHEN 'unlink_discarding' THEN
		PERFORM reportlink_unlink('north', ids, true, actor);
	WHEN 'set_default' THEN
		PERFORM reportlink_set_default('north', ids[1], actor);
	WHEN 'open' THEN
		PERFORM reportlink_open('north', ids[1], actor);
	WHEN 'close' THEN
		PERFORM reportlink_close('north', ids[1], flag, actor);
	WHEN 'assign' THEN
		PERFORM reportlink_assign('north', ids[1], choice ->> 'owner', actor);
	WHEN 'save' THEN
		PERFORM reportlink_save('north', ids[1], choice -> 'content',
			CASE WHEN flag THEN (choice ->> 'expected')::bigint END, random() < 0.5, actor);
	WHEN 'prelim_sign' THEN
		PERFORM reportlink_prelim_sign('north', ids[1], actor);
	WHEN 'sign' THEN
		PERFORM reportlink_sign('north', ids[1], actor);
	WHEN 'start_addendum' THEN
		PERFORM reportlink_start_addendum('north', ids[1], actor);
	WHEN 'reject' THEN
		PERFORM reportlink_reject('north', ids[1], actor);
	WHEN 'discard' THEN
		PERFORM reportlink_discard('north', ids[1], flag, actor);
	WHEN 'cancel' THEN
		PERFORM reportlink_cancel('north', ids[1], rarely, actor);
	WHEN 'publish_now' THEN
		PERFORM reportlink_publish_now('north', ids[1], actor);
	WHEN 'cancel_publish' THEN
		PERFORM reportlink_cancel_publish('north', ids[1], actor);
	WHEN 'hasten' THEN
		PERFORM stress.hasten();
	WHEN 'publish_due' THEN
		PERFORM stress.hasten();
		PERFORM reportlink_publish_due(20, CASE WHEN flag THEN 'north' END);
	WHEN 'recall' THEN
		UPDATE reportlink.organization o SET recall_enabled = NOT rarely WHERE o.organization_id = 'north';
	WHEN 'prune' THEN
		PERFORM reportlink_prune_documents('north', clock_timestamp(), 100);
	WHEN 'plain' THEN
		PERFORM stress.update_plainly(ids, choice ->> 'columns', choice ->> 'status', choice ->> 'owner', actor);
	END CASE;
END
$$;

-- Notes what is in force now for these reports and all linked to them
CREATE FUNCTION stress.note(ids bigint[]) RETURNS void
	LANGUAGE plpgsql
	AS $$
DECLARE
	t record;
BEGIN
	FOR t IN
		SELECT l.report_id, l.status, l.addendum_open, d.document_id, d.checkpoint, d.blank, stress.digest(d) AS digest
		FROM reportlink.report r
		JOIN reportlink.report_text l
			ON l.organization_id = 'north' AND l.mrn = r.mrn
			AND (l.report_id = r.report_id OR l.group_id = r.group_id)
		JOIN reportlink.document d ON d.organization_id = 'north' AND d.document_id = l.document_id
		WHERE r.organization_id = 'north' AND r.report_id = ANY (ids)
	LOOP
		INSERT INTO stress.seen VALUES (t.report_id, t.document_id, t.checkpoint, t.blank);
		IF t.status NOT IN ('unread', 'draft', 'cancelled') AND NOT t.addendum_open THEN
			INSERT INTO stress.signed VALUES (t.document_id, t.digest);
		END IF;
	END LOOP;
END
$$;

-- Does what was chosen. What its caller must retry goes on to him: 40001, and
-- 40P01 for plain SQL alone.
CREATE FUNCTION stress.step(choice_key bigint, choice jsonb) RETURNS void
	LANGUAGE plpgsql
	AS $$
DECLARE
	ids bigint[] := ARRAY(SELECT i::bigint FROM jsonb_array_elements_text(choice -> 'report_ids') i);
	state text := '00000';
	said text;
	detail text;
BEGIN
	PERFORM setseed(step.choice_key / 9007199254740992.0);
	BEGIN
		PERFORM stress.act(choice, ids);
		PERFORM stress.note(ids);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
		IF state = '40001' OR state = '40P01' AND choice ->> 'operation' = 'plain' THEN
			RAISE;
		END IF;
	END;
	INSERT INTO stress.tally (choice_key, operation, sqlstate, message)
	VALUES (choice_key, choice ->> 'operation', state, said || ': ' || detail);
END
$$;

-- The same, and tells what it has recorded: its key, and the events, or none. Who
-- hears this after the commit knows what must be there for ever.
CREATE FUNCTION stress.noted_step(choice_key bigint, choice jsonb) RETURNS TABLE (key bigint, event_id bigint, digest text)
	LANGUAGE plpgsql
	AS $$
DECLARE
	last_before bigint := (SELECT max(e.event_id) FROM reportlink.event e WHERE e.organization_id = 'north');
BEGIN
	PERFORM stress.step(choice_key, choice);
	RETURN QUERY
		SELECT choice_key, e.event_id, md5(e::text)
		FROM (VALUES (pg_current_xact_id())) x (transaction_id)
		LEFT JOIN reportlink.event e ON e.organization_id = 'north' AND e.event_id > coalesce(last_before, 0)
			AND e.transaction_id = x.transaction_id;
END
$$;

-- Steps that were not done, though their session went on to other things
CREATE VIEW stress.given_up AS
	SELECT c.*
	FROM stress.choice c
	WHERE NOT EXISTS (SELECT FROM stress.tally t WHERE t.choice_key = c.choice_key)
		AND c.place < (SELECT max(l.place) FROM stress.choice l WHERE l.session = c.session);

-- Section 2 of the semantics, and those that a rejection, a recall and a discard make
CREATE TABLE stress.transition (type text NOT NULL, old_status text NOT NULL, status text NOT NULL);
INSERT INTO stress.transition VALUES
	('report.opened', 'unread', 'draft'),
	('report.closed', 'draft', 'unread'),
	('report.cancelled', 'unread', 'cancelled'),
	('report.cancelled', 'draft', 'cancelled'),
	('report.discarded', 'unread', 'draft'),
	('report.discarded', 'draft', 'unread'),
	('report.prelim_signed', 'draft', 'prelim_signed'),
	('report.prelim_signed', 'prelim_signed', 'addendum_prelim_signed'),
	('report.prelim_signed', 'signed', 'addendum_prelim_signed'),
	('report.prelim_signed', 'addendum_prelim_signed', 'addendum_prelim_signed'),
	('report.prelim_signed', 'addendum_signed', 'addendum_prelim_signed'),
	('report.signed', 'draft', 'signed'),
	('report.signed', 'prelim_signed', 'signed'),
	('report.signed', 'addendum_prelim_signed', 'signed'),
	('report.addendum_signed', 'signed', 'addendum_signed'),
	('report.addendum_signed', 'addendum_prelim_signed', 'addendum_signed'),
	('report.addendum_signed', 'addendum_signed', 'addendum_signed'),
	('report.rejected', 'prelim_signed', 'draft'),
	('report.publish_cancelled', 'signed', 'draft');

-- Goes through the events in their order and keeps, for each report, what the
-- contract says of it then. A row for every event that does not fit to those
-- before it, and for every report or group that is not as they tell.
CREATE FUNCTION stress.replay() RETURNS TABLE (what text, stored text, told text)
	LANGUAGE plpgsql
	SET plan_cache_mode = force_generic_plan
	AS $$
DECLARE
	-- by report_id
	groups bigint[];
	owners text[];
	statuses text[];
	dictating boolean[];
	addenda boolean[];
	finals boolean[];
	pending bigint[]; -- its publication
	signed_in xid8[]; -- when it was signed finally: the transaction
	own bigint[]; -- its own text, in force while it is not linked
	left_own bigint[]; -- when it left a group: that text, the group's, and the transaction
	left_text bigint[];
	left_in xid8[];
	-- by group_id
	texts bigint[];
	sizes integer[];
	linked_in xid8[]; -- the transaction
	published boolean[];
	defaults bigint[];
	-- by document_id
	blank boolean[];
	made_from bigint[];
	kept boolean[]; -- a checkpoint, or signed
	back bigint[]; -- what was kept of those before it when it was saved
	signers jsonb := '{}'; -- by report and document: who signed it last
	addendum_base bigint[];
	addendum_status text[];

	e record;
	d record;
	r bigint;
	g bigint;
	before bigint; -- text in force
	wanted bigint;
	candidates bigint[];
	merged bigint[];
	wrong text;
	any_draft boolean;
	any_drafting boolean;
	one_owner text;
	transitions text[] := ARRAY(SELECT t.type || ' ' || t.old_status || ' ' || t.status FROM stress.transition t);
BEGIN
	FOR r IN SELECT s.report_id FROM reportlink.report s LOOP
		statuses[r] := 'unread';
		dictating[r] := false;
		addenda[r] := false;
		finals[r] := false;
	END LOOP;
	FOR d IN
		SELECT v.document_id, v.blank FROM reportlink.document v UNION SELECT s.document_id, s.blank FROM stress.seen s
	LOOP
		blank[d.document_id] := d.blank;
	END LOOP;

	FOR e IN SELECT * FROM reportlink.event v WHERE v.organization_id = 'north' ORDER BY v.event_id LOOP
		g := e.group_id;
		r := e.report_ids[1];
		before := CASE WHEN groups[r] IS NULL THEN own[r] ELSE texts[groups[r]] END;
		wrong := concat_ws(', ',
			CASE WHEN e.type NOT IN ('report.linked', 'report.unlinked', 'report.owner_changed', 'report.default_changed', 'report.cancelled')
				AND cardinality(e.report_ids) IS DISTINCT FROM CASE WHEN g IS NULL THEN 1 ELSE sizes[g] END
				THEN 'not all reports of the group' END,
			CASE WHEN e.data ->> 'status' IS DISTINCT FROM statuses[r] AND e.data ? 'old_status'
				AND NOT (e.type = 'report.rejected' AND statuses[r] = 'addendum_prelim_signed')
				AND NOT (e.type = 'report.publish_cancelled' AND statuses[r] = 'addendum_signed')
				AND e.type || ' ' || statuses[r] || ' ' || (e.data ->> 'status') <> ALL (transitions)
				THEN 'no such transition' END,
			CASE WHEN e.data ? 'old_document_id' AND (e.data ->> 'old_document_id')::bigint IS DISTINCT FROM
				CASE WHEN left_in[r] = e.transaction_id THEN left_text[r] ELSE before END
				THEN 'old_document_id' END);

		IF e.type = 'report.linked' THEN
			candidates := '{}';
			merged := ARRAY(SELECT m::bigint FROM jsonb_array_elements_text(e.data -> 'merged_group_ids') m);
			any_draft := false;
			any_drafting := false;
			one_owner := NULL;
			FOREACH r IN ARRAY e.report_ids LOOP
				candidates := candidates || CASE WHEN groups[r] IS NULL THEN own[r] ELSE texts[groups[r]] END;
				any_draft := any_draft OR statuses[r] = 'draft';
				any_drafting := any_drafting OR dictating[r];
				wrong := concat_ws(', ', wrong,
					CASE WHEN statuses[r] NOT IN ('unread', 'draft') THEN 'links what is ' || statuses[r] END,
					CASE WHEN owners[r] <> one_owner THEN 'two owners' END,
					CASE WHEN NOT coalesce(groups[r] = ANY (merged || g), e.data -> 'linked_report_ids' @> to_jsonb(r))
						THEN 'report ' || r || ' was not there' END);
				one_owner := coalesce(owners[r], one_owner);
			END LOOP;
			IF e.document_id IS NOT NULL AND e.document_id <> ALL (array_remove(candidates, NULL))
				OR coalesce(blank[e.document_id], true) AND EXISTS (SELECT FROM unnest(candidates) c WHERE NOT blank[c])
			THEN
				wrong := concat_ws(', ', wrong, 'not the text of any of them, or blank in place of text');
			END IF;
			FOREACH r IN ARRAY e.report_ids LOOP
				groups[r] := g;
				statuses[r] := CASE WHEN any_draft THEN 'draft' ELSE 'unread' END;
				dictating[r] := any_drafting;
			END LOOP;
			texts[g] := e.document_id;
			sizes[g] := cardinality(e.report_ids);
			linked_in[g] := e.transaction_id;
			FOREACH r IN ARRAY merged LOOP
				sizes[r] := 0;
			END LOOP;

		ELSIF e.type = 'report.unlinked' THEN
			FOREACH r IN ARRAY e.report_ids LOOP
				left_own[r] := own[r];
				left_text[r] := texts[g];
				left_in[r] := e.transaction_id;
				wrong := concat_ws(', ', wrong,
					CASE WHEN groups[r] IS DISTINCT FROM g THEN 'report ' || r || ' is not in it' END,
					CASE WHEN statuses[r] NOT IN ('unread', 'draft') THEN 'leaves ' || statuses[r] END);
				IF (e.data -> 'unassign_and_discard')::boolean THEN
					statuses[r] := CASE WHEN coalesce(blank[own[r]], true) THEN 'unread' ELSE 'draft' END;
					dictating[r] := false;
				ELSE
					own[r] := texts[g];
				END IF;
				groups[r] := NULL;
			END LOOP;
			sizes[g] := sizes[g] - cardinality(e.report_ids);
			FOR r IN SELECT m::bigint FROM jsonb_array_elements_text(e.data -> 'remaining_report_ids') m LOOP
				wrong := concat_ws(', ', wrong,
					CASE WHEN groups[r] IS DISTINCT FROM g THEN 'report ' || r || ' does not remain' END);
				IF sizes[g] < 2 THEN
					own[r] := texts[g];
					groups[r] := NULL;
				END IF;
			END LOOP;
			IF (e.data -> 'group_dissolved')::boolean IS DISTINCT FROM (sizes[g] < 2)
				OR jsonb_array_length(e.data -> 'remaining_report_ids') IS DISTINCT FROM sizes[g]
				OR e.document_id IS DISTINCT FROM texts[g]
			THEN
				wrong := concat_ws(', ', wrong, 'remaining reports or text');
			END IF;
			IF sizes[g] < 2 THEN
				sizes[g] := 0;
			END IF;

		ELSE
			FOREACH r IN ARRAY e.report_ids LOOP
				wrong := concat_ws(', ', wrong,
					CASE WHEN groups[r] IS DISTINCT FROM g THEN 'report ' || r || ' is not in it' END,
					CASE WHEN e.data ? 'old_status' AND left_in[r] IS DISTINCT FROM e.transaction_id
						AND e.data ->> 'old_status' IS DISTINCT FROM statuses[r]
						THEN 'report ' || r || ' was ' || statuses[r] END);
				CASE e.type
				WHEN 'report.owner_changed' THEN
					IF owners[r] IS DISTINCT FROM e.data ->> 'old_owner' THEN
						wrong := concat_ws(', ', wrong, 'report ' || r || ' was owned by ' || coalesce(owners[r], 'nobody'));
					END IF;
					owners[r] := e.data ->> 'new_owner';
					-- linking keeps on drafting what was
					IF linked_in[g] IS DISTINCT FROM e.transaction_id THEN
						dictating[r] := false;
					END IF;
				WHEN 'report.opened' THEN
					IF NOT (e.data -> 'view')::boolean THEN
						dictating[r] := coalesce(owners[r] = e.actor, false);
						statuses[r] := CASE WHEN addenda[r] THEN statuses[r] ELSE 'draft' END;
					END IF;
				WHEN 'report.saved' THEN
					IF statuses[r] <> 'draft' AND NOT addenda[r] OR owners[r] IS DISTINCT FROM e.actor THEN
						wrong := concat_ws(', ', wrong, 'locked');
					END IF;
					dictating[r] := true;
				WHEN 'report.closed' THEN
					statuses[r] := e.data ->> 'status';
					dictating[r] := false;
				WHEN 'report.prelim_signed', 'report.signed', 'report.addendum_signed' THEN
					IF e.data ->> 'status' IS DISTINCT FROM (CASE
						WHEN e.type = 'report.prelim_signed' AND statuses[r] = 'draft' THEN 'prelim_signed'
						WHEN e.type = 'report.prelim_signed' THEN 'addendum_prelim_signed'
						WHEN finals[r] THEN 'addendum_signed' ELSE 'signed' END)
						OR NOT addenda[r] AND statuses[r] <> 'draft'
							AND (e.type = 'report.prelim_signed' OR statuses[r] IN ('signed', 'addendum_signed'))
						OR e.type <> 'report.prelim_signed' AND e.type <> 'report.' || (e.data ->> 'status')
						OR owners[r] IS DISTINCT FROM e.actor AND e.actor IS NOT NULL OR pending[r] IS NOT NULL
					THEN
						wrong := concat_ws(', ', wrong, 'signature');
					END IF;
					statuses[r] := e.data ->> 'status';
					addenda[r] := false;
					dictating[r] := false;
					signers := signers || jsonb_build_object(r || ' ' || e.document_id, e.actor);
					IF e.type <> 'report.prelim_signed' THEN
						finals[r] := true;
						signed_in[r] := e.transaction_id;
					END IF;
				WHEN 'report.publish_scheduled' THEN
					IF pending[r] IS NOT NULL OR signed_in[r] IS DISTINCT FROM e.transaction_id THEN
						wrong := concat_ws(', ', wrong, 'schedule');
					END IF;
					pending[r] := e.data -> 'publication_id';
				WHEN 'report.published' THEN
					IF statuses[r] NOT IN ('signed', 'addendum_signed') OR addenda[r]
						OR pending[r] IS DISTINCT FROM (e.data -> 'publication_id')::bigint
							AND (pending[r] IS NOT NULL OR signed_in[r] IS DISTINCT FROM e.transaction_id)
					THEN
						wrong := concat_ws(', ', wrong, 'publication');
					END IF;
					pending[r] := NULL;
					IF g IS NOT NULL THEN
						published[g] := true;
					END IF;
				WHEN 'report.publish_cancelled' THEN
					IF pending[r] IS DISTINCT FROM (e.data -> 'publication_id')::bigint
						OR e.data ->> 'status' IS DISTINCT FROM
							(CASE statuses[r] WHEN 'signed' THEN 'draft' ELSE addendum_status[before] END)
					THEN
						wrong := concat_ws(', ', wrong, 'recall');
					END IF;
					pending[r] := NULL;
					IF statuses[r] = 'signed' THEN
						finals[r] := false;
					ELSE
						addenda[r] := true;
					END IF;
					statuses[r] := e.data ->> 'status';
					dictating[r] := false;
				WHEN 'report.rejected' THEN
					IF owners[r] IS DISTINCT FROM coalesce(signers ->> (r || ' ' || before), owners[r])
						OR addenda[r] OR statuses[r] NOT IN ('prelim_signed', 'addendum_prelim_signed')
						OR e.data ->> 'status' IS DISTINCT FROM
							(CASE statuses[r] WHEN 'prelim_signed' THEN 'draft' ELSE addendum_status[before] END)
					THEN
						wrong := concat_ws(', ', wrong, 'rejection');
					END IF;
					addenda[r] := statuses[r] = 'addendum_prelim_signed';
					statuses[r] := e.data ->> 'status';
					dictating[r] := false;
				WHEN 'report.addendum_started' THEN
					IF statuses[r] NOT IN ('prelim_signed', 'signed', 'addendum_prelim_signed', 'addendum_signed') OR addenda[r]
						OR owners[r] IS DISTINCT FROM e.actor OR pending[r] IS NOT NULL
					THEN
						wrong := concat_ws(', ', wrong, 'addendum');
					END IF;
					addenda[r] := true;
					dictating[r] := true;
				WHEN 'report.discarded' THEN
					dictating[r] := false;
					-- what it goes back to
					IF left_in[r] = e.transaction_id THEN
						wanted := left_own[r];
					ELSIF addenda[r] THEN
						wanted := addendum_base[before];
					ELSE
						wanted := before;
						WHILE NOT kept[wanted] LOOP
							wanted := made_from[wanted];
						END LOOP;
						-- an autosave that was left behind may be signed later, by another report that has it
						IF NOT kept[before] AND e.document_id IS NOT DISTINCT FROM back[before] THEN
							wanted := back[before];
						END IF;
					END IF;
					IF e.document_id IS DISTINCT FROM wanted OR e.data ->> 'status' IS DISTINCT FROM (CASE
						WHEN addenda[r] THEN statuses[r]
						WHEN coalesce(blank[wanted], true) THEN 'unread' ELSE 'draft' END)
					THEN
						wrong := concat_ws(', ', wrong, 'goes back to ' || coalesce(wanted, 0));
					END IF;
					statuses[r] := e.data ->> 'status';
					addenda[r] := false;
				WHEN 'report.cancelled' THEN
					statuses[r] := 'cancelled';
					dictating[r] := false;
				WHEN 'report.default_changed' THEN
					IF published[g] THEN
						wrong := concat_ws(', ', wrong, 'the group is published');
					END IF;
				END CASE;
			END LOOP;

			-- another version, or a signature on the one in force
			IF e.type IN ('report.saved', 'report.addendum_started') THEN
				IF coalesce(e.document_id <= before, e.document_id IS NULL) THEN
					wrong := concat_ws(', ', wrong, 'not a new version');
				END IF;
				made_from[e.document_id] := before;
				back[e.document_id] := CASE WHEN kept[before] THEN before ELSE back[before] END;
				kept[e.document_id] := coalesce((e.data -> 'checkpoint')::boolean, true);
				IF e.type = 'report.addendum_started' THEN
					IF (e.data ->> 'base_document_id')::bigint IS DISTINCT FROM before THEN
						wrong := concat_ws(', ', wrong, 'base_document_id');
					END IF;
					addendum_base[e.document_id] := before;
					addendum_status[e.document_id] := e.data ->> 'old_status';
				ELSE
					addendum_base[e.document_id] := addendum_base[before];
					addendum_status[e.document_id] := addendum_status[before];
				END IF;
			END IF;
			IF e.type IN ('report.saved', 'report.addendum_started', 'report.discarded') THEN
				r := e.report_ids[1];
				IF g IS NULL THEN
					own[r] := e.document_id;
				ELSE
					texts[g] := e.document_id;
				END IF;
			ELSIF e.type IN ('report.prelim_signed', 'report.signed', 'report.addendum_signed') THEN
				kept[e.document_id] := true;
			END IF;
		END IF;

		-- a change of owner comes before the event of an action that puts another text in force
		IF e.type <> 'report.owner_changed' AND e.document_id IS DISTINCT FROM (CASE WHEN g IS NULL THEN own[e.report_ids[1]] ELSE texts[g] END) THEN
			wrong := concat_ws(', ', wrong, 'document_id is not the one in force');
		END IF;
		IF g IS NOT NULL THEN
			defaults[g] := e.default_report_id;
		END IF;
		IF wrong <> '' THEN
			what := 'event ' || e.event_id;
			stored := e.type || ' ' || e.report_ids::text || ' ' || coalesce(e.document_id, 0) || ' ' || e.data;
			told := ltrim(wrong, ', ');
			RETURN NEXT;
		END IF;
	END LOOP;

	RETURN QUERY
		SELECT 'report ' || s.report_id,
			ROW(s.group_id, s.status, s.owner_id, s.drafting, s.addendum_open, s.signed_at IS NOT NULL, s.document_id)::text,
			ROW(groups[s.report_id], statuses[s.report_id], owners[s.report_id], dictating[s.report_id],
				addenda[s.report_id], finals[s.report_id], own[s.report_id])::text
		FROM reportlink.report s
		WHERE ROW(s.group_id, s.status, s.owner_id, s.drafting, s.addendum_open, s.signed_at IS NOT NULL, s.document_id)
			IS DISTINCT FROM ROW(groups[s.report_id], statuses[s.report_id], owners[s.report_id], dictating[s.report_id],
				addenda[s.report_id], finals[s.report_id], own[s.report_id])
		UNION ALL
		SELECT 'publication ' || p.publication_id, p.state, coalesce(pending[p.report_id]::text, 'not pending')
		FROM reportlink.publication p
		WHERE (p.state = 'scheduled') IS DISTINCT FROM coalesce(pending[p.report_id] = p.publication_id, false)
		UNION ALL
		SELECT 'group ' || c.group_id,
			ROW(c.document_id, c.member_count, c.default_report_id)::text,
			ROW(texts[c.group_id], sizes[c.group_id], defaults[c.group_id])::text
		FROM reportlink.report_group c
		WHERE ROW(c.document_id, c.member_count, c.closed_at IS NULL)
			IS DISTINCT FROM ROW(texts[c.group_id], sizes[c.group_id], sizes[c.group_id] > 0)
			OR c.closed_at IS NULL AND c.default_report_id IS DISTINCT FROM defaults[c.group_id]
		UNION ALL
		SELECT 'event ' || v.event_id, 'group ' || v.group_id, 'no such group'
		FROM reportlink.event v
		LEFT JOIN reportlink.report_group c USING (organization_id, group_id)
		WHERE v.group_id IS NOT NULL AND c.group_id IS NULL;
END
$$;

-- A signature for every event that tells of one, and none besides
CREATE VIEW stress.unmatched_signatures AS
	WITH told AS (
		SELECT e.document_id, e.group_id, e.data ->> 'status' AS status, e.actor, count(*) AS times
		FROM reportlink.event e
		WHERE e.type IN ('report.prelim_signed', 'report.signed', 'report.addendum_signed')
		GROUP BY 1, 2, 3, 4
	), given AS (
		SELECT s.document_id, s.group_id, s.status, s.signed_by AS actor, count(*) AS times
		FROM reportlink.signature s
		GROUP BY 1, 2, 3, 4
	)
	(TABLE told EXCEPT TABLE given) UNION ALL (TABLE given EXCEPT TABLE told);

-- An event for the end of every publication, and none besides
CREATE VIEW stress.unmatched_publications AS
	WITH told AS (
		SELECT (e.data -> 'publication_id')::bigint AS publication_id,
			CASE e.type WHEN 'report.published' THEN 'executed' ELSE 'cancelled' END AS state,
			e.group_id, e.document_id, count(*) AS times
		FROM reportlink.event e
		WHERE e.type IN ('report.published', 'report.publish_cancelled')
		GROUP BY 1, 2, 3, 4
	), finished AS (
		SELECT p.publication_id, p.state, p.group_id, p.document_id, 1::bigint
		FROM reportlink.publication p
		WHERE p.state <> 'scheduled'
	)
	(TABLE told EXCEPT TABLE finished) UNION ALL (TABLE finished EXCEPT TABLE told);

-- What the history of a report does not have, though it was in force for it:
-- everything but autosaves that were pruned, which nobody signed
CREATE VIEW stress.lost AS
	WITH history AS MATERIALIZED (
		SELECT r.report_id, h.document_id
		FROM reportlink.report r, reportlink_history('north', r.report_id) h
	), seen AS MATERIALIZED (
		SELECT DISTINCT s.report_id, s.document_id, s.checkpoint FROM stress.seen s
	)
	SELECT s.*
	FROM seen s
	LEFT JOIN history h USING (report_id, document_id)
	WHERE h.document_id IS NULL
		AND (s.checkpoint
			OR EXISTS (SELECT FROM reportlink.document d WHERE d.organization_id = 'north' AND d.document_id = s.document_id)
			OR EXISTS (SELECT FROM stress.signed g WHERE g.document_id = s.document_id));

-- What was signed and is not there any more as it was
CREATE VIEW stress.altered AS
	SELECT DISTINCT s.document_id
	FROM stress.signed s
	LEFT JOIN reportlink.document d ON d.organization_id = 'north' AND d.document_id = s.document_id
	WHERE d.document_id IS NULL OR stress.digest(d) <> s.digest;

-- Groups whose reports do not agree
CREATE VIEW stress.disagreeing AS
	SELECT r.group_id
	FROM reportlink.report r
	WHERE r.group_id IS NOT NULL
	GROUP BY r.group_id
	HAVING count(DISTINCT (r.mrn, r.status, r.owner_id, r.drafting, r.addendum_open, r.signed_at)) > 1;
