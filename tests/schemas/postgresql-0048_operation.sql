CREATE FUNCTION activation_has_mood_of_emergency() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.is_practice <> (SELECT is_practice FROM emergency WHERE id = NEW.emergency_id) THEN RAISE EXCEPTION 'practice and real do not mix' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION activation_keeps_mood() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.is_practice IS DISTINCT FROM OLD.is_practice THEN RAISE EXCEPTION 'practice stays practice, and real stays real' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION activation_keeps_mood_of_emergency() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.is_practice <> (SELECT is_practice FROM emergency WHERE id = NEW.emergency_id) THEN RAISE EXCEPTION 'practice and real do not mix' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION audit_keeps_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF true THEN RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$;
CREATE FUNCTION audit_keeps_order() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM seal WHERE seal.hash = NEW.previous AND seal.last < NEW.id) THEN RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION audit_keeps_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF true THEN RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION campaign_keeps_mood() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.is_practice IS DISTINCT FROM OLD.is_practice THEN RAISE EXCEPTION 'practice stays practice, and real stays real' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION emergency_keeps_mood() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.is_practice IS DISTINCT FROM OLD.is_practice THEN RAISE EXCEPTION 'practice stays practice, and real stays real' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION launch_has_mood() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF (SELECT is_practice FROM token WHERE id = NEW.token_id) <> (SELECT is_practice FROM campaign WHERE id = NEW.campaign_id) THEN RAISE EXCEPTION 'practice and real do not mix' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION ledger_keeps_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF true THEN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$;
CREATE FUNCTION ledger_keeps_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF true THEN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION letter_keeps_mood() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.is_practice IS DISTINCT FROM OLD.is_practice THEN RAISE EXCEPTION 'practice stays practice, and real stays real' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION message_keeps_mood() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.is_practice IS DISTINCT FROM OLD.is_practice THEN RAISE EXCEPTION 'practice stays practice, and real stays real' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION message_keeps_mood_of_campaign() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.is_practice <> (SELECT is_practice FROM campaign WHERE id = NEW.campaign_id) THEN RAISE EXCEPTION 'practice and real do not mix' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION message_keeps_mood_of_letter() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.is_practice <> (SELECT is_practice FROM letter WHERE id = NEW.letter_id) THEN RAISE EXCEPTION 'practice and real do not mix' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION seal_keeps_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF true THEN RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$;
CREATE FUNCTION seal_keeps_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM audit WHERE audit.id = NEW.last AND audit.hash = NEW.hash) THEN RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE FUNCTION token_keeps_mood() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.is_practice IS DISTINCT FROM OLD.is_practice THEN RAISE EXCEPTION 'practice stays practice, and real stays real' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$;
CREATE TABLE accession (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    contract_id integer NOT NULL,
    type integer NOT NULL,
    signatory text NOT NULL,
    provider_signatory text NOT NULL,
    signed_on date NOT NULL,
    document_id integer,
    paper_received_on date,
    exchanged_on date,
    ended_on date,
    ended_why text NOT NULL,
    created_at timestamp without time zone NOT NULL,
    CONSTRAINT accession_type_check CHECK ((type = ANY (ARRAY[1, 2])))
);
CREATE SEQUENCE accession_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE accession_id_seq OWNED BY accession.id;
CREATE TABLE acknowledgement (
    campaign_id integer NOT NULL,
    member_id integer NOT NULL,
    channel text NOT NULL,
    at timestamp without time zone NOT NULL,
    CONSTRAINT acknowledgement_channel_check CHECK ((channel = ANY (ARRAY[('sms'::character varying)::text, ('voice'::character varying)::text, ('email'::character varying)::text])))
);
CREATE TABLE activation (
    id integer NOT NULL,
    municipality_id integer NOT NULL,
    agreement_id integer NOT NULL,
    emergency_id integer,
    status text NOT NULL,
    is_practice boolean NOT NULL,
    form jsonb NOT NULL,
    annexes jsonb,
    channel text NOT NULL,
    joined_from_id integer,
    callback_code text NOT NULL,
    number text NOT NULL,
    by_id integer NOT NULL,
    document_id integer,
    letter_id integer,
    short_letter_id integer,
    created_at timestamp without time zone NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    CONSTRAINT activation_status_check CHECK ((status = ANY (ARRAY[('draft'::character varying)::text, ('requested'::character varying)::text, ('acknowledged'::character varying)::text, ('open'::character varying)::text, ('closing'::character varying)::text, ('closed'::character varying)::text, ('refused'::character varying)::text])))
);
CREATE SEQUENCE activation_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE activation_id_seq OWNED BY activation.id;
CREATE TABLE agreement (
    id integer NOT NULL,
    municipality_id integer NOT NULL,
    centre_id integer NOT NULL,
    contract_id integer,
    signatory text NOT NULL,
    centre_signatory text NOT NULL,
    signed_on date NOT NULL,
    begins_on date NOT NULL,
    ends_on date NOT NULL,
    ended_on date,
    ended_why text NOT NULL,
    document_id integer,
    promise_minutes integer NOT NULL,
    operators integer NOT NULL
);
CREATE SEQUENCE agreement_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE agreement_id_seq OWNED BY agreement.id;
CREATE TABLE annex (
    id integer NOT NULL,
    contract_id integer,
    agreement_id integer,
    number integer NOT NULL,
    version integer NOT NULL,
    from_on date NOT NULL,
    content jsonb NOT NULL,
    document_id integer,
    by_id integer,
    created_at timestamp without time zone NOT NULL,
    CONSTRAINT annex_check CHECK (((contract_id IS NULL) <> (agreement_id IS NULL))),
    CONSTRAINT annex_number_check CHECK ((number = ANY (ARRAY[1, 2, 3, 4, 5, 6, 7])))
);
CREATE SEQUENCE annex_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE annex_id_seq OWNED BY annex.id;
CREATE TABLE announcement (
    id integer NOT NULL,
    emergency_id integer NOT NULL,
    kind text NOT NULL,
    words jsonb NOT NULL,
    version integer NOT NULL,
    by_id integer NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    CONSTRAINT announcement_kind_check CHECK ((kind = ANY (ARRAY[('greeting'::character varying)::text, ('website'::character varying)::text])))
);
CREATE SEQUENCE announcement_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE announcement_id_seq OWNED BY announcement.id;
CREATE TABLE approval (
    id integer NOT NULL,
    campaign_id integer NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    asked_by_id integer NOT NULL,
    asked_at timestamp without time zone NOT NULL,
    asked jsonb NOT NULL,
    due_at timestamp without time zone,
    link text NOT NULL,
    decided_by_id integer,
    decided_at timestamp without time zone,
    reason text NOT NULL,
    magnitude jsonb NOT NULL,
    ticked jsonb NOT NULL,
    CONSTRAINT approval_status_check CHECK ((status = ANY (ARRAY[('asked'::character varying)::text, ('approved'::character varying)::text, ('rejected'::character varying)::text, ('sent_back'::character varying)::text, ('withdrawn'::character varying)::text, ('overridden'::character varying)::text])))
);
CREATE SEQUENCE approval_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE approval_id_seq OWNED BY approval.id;
CREATE TABLE asking (
    id integer NOT NULL,
    question_id integer NOT NULL,
    by_id integer NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE SEQUENCE asking_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE asking_id_seq OWNED BY asking.id;
CREATE TABLE audit (
    id integer NOT NULL,
    at timestamp without time zone NOT NULL,
    by_id integer,
    organisation_id integer,
    deed text NOT NULL,
    subject text NOT NULL,
    facts jsonb NOT NULL,
    address text NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL
);
CREATE SEQUENCE audit_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE audit_id_seq OWNED BY audit.id;
CREATE TABLE bin (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    town text NOT NULL,
    created_at timestamp without time zone NOT NULL,
    streets jsonb,
    checked_at timestamp without time zone,
    reminded_at timestamp without time zone
);
CREATE SEQUENCE bin_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE bin_id_seq OWNED BY bin.id;
CREATE TABLE call (
    id bigint NOT NULL,
    emergency_id integer NOT NULL,
    operator_id integer NOT NULL,
    at timestamp without time zone NOT NULL,
    kind text NOT NULL,
    language text NOT NULL,
    topic text NOT NULL,
    place text NOT NULL,
    municipality_id integer,
    handed_to text NOT NULL,
    seconds integer,
    CONSTRAINT call_handed_to_check CHECK ((handed_to = ANY (ARRAY[(''::character varying)::text, ('d2_desk'::character varying)::text, ('second_line'::character varying)::text]))),
    CONSTRAINT call_kind_check CHECK ((kind = ANY (ARRAY[('d5'::character varying)::text, ('d2'::character varying)::text, ('silent'::character varying)::text, ('abusive'::character varying)::text, ('wrong_number'::character varying)::text, ('press'::character varying)::text])))
);
CREATE TABLE call_back (
    id integer NOT NULL,
    activation_id integer NOT NULL,
    phone text NOT NULL,
    is_right boolean NOT NULL,
    at timestamp without time zone NOT NULL,
    by_id integer NOT NULL
);
CREATE SEQUENCE call_back_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE call_back_id_seq OWNED BY call_back.id;
CREATE SEQUENCE call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE call_id_seq OWNED BY call.id;
CREATE TABLE campaign (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    channels jsonb NOT NULL,
    texts jsonb NOT NULL,
    audience jsonb NOT NULL,
    fallback_language text NOT NULL,
    policy text NOT NULL,
    asks_acknowledgement boolean,
    cascade jsonb,
    cap jsonb,
    placeholders jsonb,
    follow_ups jsonb,
    useful_minutes integer,
    version integer NOT NULL,
    created_at timestamp without time zone NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    status text NOT NULL,
    is_practice boolean NOT NULL,
    author_id integer NOT NULL,
    template_id integer,
    launched_by_id integer,
    people integer NOT NULL,
    launched_at timestamp without time zone,
    moved_at timestamp without time zone,
    ended_at timestamp without time zone,
    queued_through bigint,
    expires_at timestamp without time zone,
    halted text NOT NULL,
    doubts integer NOT NULL,
    forgotten_at timestamp without time zone,
    written_by_id integer,
    held_by_id integer,
    filled jsonb,
    opened_at timestamp without time zone,
    follows_id integer,
    follow_up text NOT NULL,
    only_reached boolean NOT NULL,
    looked_at timestamp without time zone,
    naming_reason text NOT NULL,
    next_channel_at timestamp without time zone,
    vouched jsonb,
    feedback_on date,
    feedback_at timestamp without time zone,
    feedback_by_id integer,
    CONSTRAINT campaign_follow_up_check CHECK ((follow_up = ANY (ARRAY[(''::character varying)::text, ('correction'::character varying)::text, ('update'::character varying)::text, ('all_clear'::character varying)::text]))),
    CONSTRAINT campaign_kind_check CHECK ((kind = ANY (ARRAY[('warning'::character varying)::text, ('preventive'::character varying)::text, ('news'::character varying)::text, ('other'::character varying)::text]))),
    CONSTRAINT campaign_status_check CHECK ((status = ANY (ARRAY[('draft'::character varying)::text, ('submitted'::character varying)::text, ('approved'::character varying)::text, ('running'::character varying)::text, ('paused'::character varying)::text, ('done'::character varying)::text, ('stopped'::character varying)::text])))
);
CREATE SEQUENCE campaign_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE campaign_id_seq OWNED BY campaign.id;
CREATE TABLE chore (
    name text NOT NULL,
    done_on date NOT NULL
);
CREATE TABLE clock_warning (
    activation_id integer NOT NULL,
    requested_at timestamp without time zone NOT NULL,
    step text NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE TABLE closing_plan (
    id integer NOT NULL,
    activation_id integer NOT NULL,
    phases jsonb NOT NULL,
    closes_at timestamp without time zone NOT NULL,
    redirect text NOT NULL,
    greeting text NOT NULL,
    by_id integer NOT NULL,
    confirmed_at timestamp without time zone NOT NULL,
    notice_id integer,
    withdrawn_at timestamp without time zone
);
CREATE SEQUENCE closing_plan_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE closing_plan_id_seq OWNED BY closing_plan.id;
CREATE TABLE contract (
    id integer NOT NULL,
    name text NOT NULL,
    provider text NOT NULL,
    begins_on date NOT NULL,
    ends_on date NOT NULL,
    ended_on date,
    ended_why text NOT NULL,
    centre_id integer
);
CREATE SEQUENCE contract_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE contract_id_seq OWNED BY contract.id;
CREATE TABLE credit (
    organisation_id integer NOT NULL,
    available_mills bigint NOT NULL,
    held_mills bigint NOT NULL
);
CREATE TABLE data_check (
    id integer NOT NULL,
    member_id integer NOT NULL,
    bin_id integer NOT NULL,
    code text NOT NULL,
    reason text NOT NULL,
    channel text NOT NULL,
    letter bigint,
    by_id integer NOT NULL,
    sent_at timestamp without time zone NOT NULL,
    expires_at timestamp without time zone NOT NULL,
    revoked_at timestamp without time zone,
    answer text NOT NULL,
    proposal jsonb NOT NULL,
    answered_at timestamp without time zone,
    decision text NOT NULL,
    decided_by_id integer,
    decided_at timestamp without time zone,
    CONSTRAINT data_check_answer_check CHECK ((answer = ANY (ARRAY[(''::character varying)::text, ('confirmed'::character varying)::text, ('proposed'::character varying)::text, ('removal'::character varying)::text]))),
    CONSTRAINT data_check_channel_check CHECK ((channel = ANY (ARRAY[('sms'::character varying)::text, ('email'::character varying)::text]))),
    CONSTRAINT data_check_decision_check CHECK ((decision = ANY (ARRAY[(''::character varying)::text, ('accepted'::character varying)::text, ('declined'::character varying)::text]))),
    CONSTRAINT data_check_reason_check CHECK ((reason = ANY (ARRAY[('round'::character varying)::text, ('dead'::character varying)::text])))
);
CREATE SEQUENCE data_check_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE data_check_id_seq OWNED BY data_check.id;
CREATE TABLE document (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    kind text NOT NULL,
    filename text NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    campaign_id integer,
    made_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE document_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE document_id_seq OWNED BY document.id;
CREATE TABLE emergency (
    id integer NOT NULL,
    centre_id integer NOT NULL,
    name text NOT NULL,
    number text NOT NULL,
    second_line text NOT NULL,
    is_practice boolean NOT NULL,
    sheet_version integer NOT NULL,
    topics jsonb,
    pulse integer NOT NULL,
    began_at timestamp without time zone NOT NULL,
    ended_at timestamp without time zone
);
CREATE SEQUENCE emergency_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE emergency_id_seq OWNED BY emergency.id;
CREATE TABLE end_warning (
    organisation_id integer NOT NULL,
    promise text NOT NULL,
    ends_on date NOT NULL,
    months integer NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE TABLE entry (
    id integer NOT NULL,
    emergency_id integer NOT NULL,
    topic text NOT NULL,
    municipality_id integer,
    created_at timestamp without time zone NOT NULL
);
CREATE TABLE entry_draft (
    id integer NOT NULL,
    emergency_id integer NOT NULL,
    entry_id integer,
    based_on integer NOT NULL,
    asked integer,
    form jsonb NOT NULL,
    by_id integer NOT NULL,
    changed_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE entry_draft_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE entry_draft_id_seq OWNED BY entry_draft.id;
CREATE SEQUENCE entry_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE entry_id_seq OWNED BY entry.id;
CREATE TABLE entry_version (
    id integer NOT NULL,
    entry_id integer NOT NULL,
    sheet_version integer NOT NULL,
    question jsonb NOT NULL,
    answer jsonb NOT NULL,
    valid_from timestamp without time zone NOT NULL,
    valid_until timestamp without time zone,
    by_id integer NOT NULL,
    published_at timestamp without time zone NOT NULL,
    retired_at timestamp without time zone,
    retired_by_id integer,
    retired_why text NOT NULL,
    stale jsonb
);
CREATE SEQUENCE entry_version_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE entry_version_id_seq OWNED BY entry_version.id;
CREATE TABLE evaluation (
    id integer NOT NULL,
    exercise_id integer NOT NULL,
    organisation_id integer NOT NULL,
    marks jsonb NOT NULL,
    remarks text NOT NULL,
    by_id integer NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE SEQUENCE evaluation_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE evaluation_id_seq OWNED BY evaluation.id;
CREATE TABLE exercise (
    id integer NOT NULL,
    municipality_id integer NOT NULL,
    agreement_id integer NOT NULL,
    status text NOT NULL,
    name text NOT NULL,
    scenario text NOT NULL,
    begins_at timestamp without time zone NOT NULL,
    ends_at timestamp without time zone NOT NULL,
    operators integer NOT NULL,
    calls text NOT NULL,
    asked_by_id integer NOT NULL,
    asked_at timestamp without time zone NOT NULL,
    exception_why text NOT NULL,
    exception_answer text NOT NULL,
    notice_id integer,
    annex_id integer,
    mills bigint,
    signed_by_id integer,
    signed_at timestamp without time zone,
    centre_signed_by_id integer,
    centre_signed_at timestamp without time zone,
    document_id integer,
    activation_id integer,
    began_at timestamp without time zone,
    ended_why text NOT NULL,
    service_id integer,
    findings_id integer,
    sent_at timestamp without time zone,
    acknowledged_by_id integer,
    acknowledged_at timestamp without time zone,
    CONSTRAINT exercise_calls_check CHECK ((calls = ANY (ARRAY[('d5'::character varying)::text, ('d5d2'::character varying)::text]))),
    CONSTRAINT exercise_status_check CHECK ((status = ANY (ARRAY[('late'::character varying)::text, ('asked'::character varying)::text, ('agreed'::character varying)::text, ('begun'::character varying)::text, ('sent'::character varying)::text, ('acknowledged'::character varying)::text, ('refused'::character varying)::text, ('withdrawn'::character varying)::text])))
);
CREATE SEQUENCE exercise_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE exercise_id_seq OWNED BY exercise.id;
CREATE TABLE final_report (
    activation_id integer NOT NULL,
    document_id integer NOT NULL,
    made_at timestamp without time zone NOT NULL
);
CREATE TABLE four_eyes (
    organisation_id integer NOT NULL,
    kind text NOT NULL,
    is_needed boolean NOT NULL,
    deadline_seconds integer NOT NULL,
    ladder jsonb NOT NULL,
    version integer NOT NULL,
    CONSTRAINT four_eyes_kind_check CHECK ((kind = ANY (ARRAY[('warning'::character varying)::text, ('preventive'::character varying)::text, ('news'::character varying)::text, ('other'::character varying)::text])))
);
CREATE TABLE "grant" (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    role text NOT NULL,
    user_id integer,
    bin_id integer,
    deed text NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL,
    CONSTRAINT grant_check CHECK (((role = ''::text) <> (user_id IS NULL)))
);
CREATE SEQUENCE grant_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE grant_id_seq OWNED BY "grant".id;
CREATE TABLE handover (
    id integer NOT NULL,
    campaign_id integer NOT NULL,
    deed text NOT NULL,
    desk_id integer NOT NULL,
    by_id integer NOT NULL,
    reason text NOT NULL,
    at timestamp without time zone NOT NULL,
    CONSTRAINT handover_deed_check CHECK ((deed = ANY (ARRAY[('handed'::character varying)::text, ('taken'::character varying)::text, ('returned'::character varying)::text])))
);
CREATE SEQUENCE handover_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE handover_id_seq OWNED BY handover.id;
CREATE TABLE held (
    campaign_id integer NOT NULL,
    mills bigint NOT NULL
);
CREATE TABLE import (
    id integer NOT NULL,
    filename text NOT NULL,
    content bytea,
    reading jsonb NOT NULL,
    counts jsonb NOT NULL,
    status text NOT NULL,
    created_at timestamp without time zone NOT NULL,
    ended_at timestamp without time zone,
    organisation_id integer NOT NULL,
    bin_id integer NOT NULL,
    by_id integer,
    CONSTRAINT import_status_check CHECK ((status = ANY (ARRAY[('uploaded'::character varying)::text, ('committed'::character varying)::text, ('undone'::character varying)::text, ('discarded'::character varying)::text])))
);
CREATE SEQUENCE import_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE import_id_seq OWNED BY import.id;
CREATE TABLE inbound (
    id integer NOT NULL,
    provider text NOT NULL,
    provider_reference text NOT NULL,
    number text NOT NULL,
    text text NOT NULL,
    kind text NOT NULL,
    at timestamp without time zone NOT NULL,
    organisation_id integer,
    member_id integer,
    campaign_id integer,
    answered_at timestamp without time zone,
    handled_at timestamp without time zone,
    handled_by_id integer,
    CONSTRAINT inbound_kind_check CHECK ((kind = ANY (ARRAY[('text'::character varying)::text, ('yes'::character varying)::text, ('stop'::character varying)::text, ('start'::character varying)::text])))
);
CREATE SEQUENCE inbound_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE inbound_id_seq OWNED BY inbound.id;
CREATE TABLE inject (
    id integer NOT NULL,
    exercise_id integer NOT NULL,
    minute integer NOT NULL,
    kind text NOT NULL,
    words text NOT NULL,
    for_whom text NOT NULL,
    played_at timestamp without time zone,
    played_by_id integer,
    CONSTRAINT inject_kind_check CHECK ((kind = ANY (ARRAY[('call'::character varying)::text, ('press'::character varying)::text, ('rumour'::character varying)::text])))
);
CREATE SEQUENCE inject_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE inject_id_seq OWNED BY inject.id;
CREATE TABLE inquiry (
    id integer NOT NULL,
    activation_id integer NOT NULL,
    words text NOT NULL,
    by_id integer NOT NULL,
    asked_at timestamp without time zone NOT NULL,
    answer text NOT NULL,
    answered_by_id integer,
    answered_at timestamp without time zone
);
CREATE SEQUENCE inquiry_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE inquiry_id_seq OWNED BY inquiry.id;
CREATE TABLE ledger_line (
    id bigint NOT NULL,
    organisation_id integer NOT NULL,
    kind text NOT NULL,
    at timestamp without time zone NOT NULL,
    available_mills bigint NOT NULL,
    held_mills bigint NOT NULL,
    campaign_id integer,
    channel text NOT NULL,
    parts integer NOT NULL,
    unit_mills integer NOT NULL,
    expires_on date,
    note text NOT NULL,
    by_id integer,
    CONSTRAINT ledger_line_kind_check CHECK ((kind = ANY (ARRAY[('top_up'::character varying)::text, ('hold'::character varying)::text, ('spend'::character varying)::text, ('release'::character varying)::text, ('correct'::character varying)::text])))
);
CREATE SEQUENCE ledger_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE ledger_line_id_seq OWNED BY ledger_line.id;
CREATE TABLE lesson (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    activation_id integer,
    exercise_id integer,
    words text NOT NULL,
    owner text NOT NULL,
    due_on date NOT NULL,
    by_id integer NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    done_at timestamp without time zone,
    done_by_id integer,
    CONSTRAINT lesson_check CHECK (((activation_id IS NULL) <> (exercise_id IS NULL)))
);
CREATE SEQUENCE lesson_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE lesson_id_seq OWNED BY lesson.id;
CREATE TABLE letter (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    language text NOT NULL,
    document_id integer,
    is_practice boolean NOT NULL,
    created_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE letter_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE letter_id_seq OWNED BY letter.id;
CREATE TABLE link (
    id integer NOT NULL,
    token_hash text NOT NULL,
    user_id integer NOT NULL,
    purpose text NOT NULL,
    letter bigint,
    made_at timestamp without time zone NOT NULL,
    expires_at timestamp without time zone NOT NULL,
    ended_at timestamp without time zone,
    CONSTRAINT link_purpose_check CHECK ((purpose = ANY (ARRAY[('reset'::character varying)::text, ('invitation'::character varying)::text])))
);
CREATE SEQUENCE link_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE link_id_seq OWNED BY link.id;
CREATE TABLE mandate (
    user_id integer NOT NULL,
    bin_id integer NOT NULL
);
CREATE TABLE member (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    last_name text NOT NULL,
    first_name text NOT NULL,
    name_key text NOT NULL,
    search_key text NOT NULL,
    mobile text NOT NULL,
    phone text NOT NULL,
    email text NOT NULL,
    street text NOT NULL,
    house_number text NOT NULL,
    box text NOT NULL,
    postcode text NOT NULL,
    town text NOT NULL,
    language text NOT NULL,
    mobile_fault text NOT NULL,
    phone_fault text NOT NULL,
    email_fault text NOT NULL,
    mobile_failures integer NOT NULL,
    phone_failures integer NOT NULL,
    email_failures integer NOT NULL,
    confirmed_at timestamp without time zone,
    sms_news_ended_at timestamp without time zone,
    email_news_ended_at timestamp without time zone,
    version integer NOT NULL,
    created_at timestamp without time zone NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    erased_at timestamp without time zone
);
CREATE TABLE member_change (
    id integer NOT NULL,
    member_id integer NOT NULL,
    bin_id integer,
    deed text NOT NULL,
    fields jsonb NOT NULL,
    version integer NOT NULL,
    by_id integer,
    source_id integer,
    at timestamp without time zone NOT NULL
);
CREATE SEQUENCE member_change_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE member_change_id_seq OWNED BY member_change.id;
CREATE SEQUENCE member_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE member_id_seq OWNED BY member.id;
CREATE TABLE membership (
    id integer NOT NULL,
    member_id integer NOT NULL,
    bin_id integer NOT NULL,
    role text NOT NULL,
    joined_at timestamp without time zone NOT NULL,
    paused_at timestamp without time zone,
    ended_at timestamp without time zone,
    basis text NOT NULL,
    basis_on date,
    basis_source text NOT NULL,
    CONSTRAINT membership_role_check CHECK ((role = ANY (ARRAY[('coordinator'::character varying)::text, ('co_coordinator'::character varying)::text, ('member'::character varying)::text])))
);
CREATE SEQUENCE membership_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE membership_id_seq OWNED BY membership.id;
CREATE TABLE message (
    id bigint NOT NULL,
    campaign_id integer,
    letter_id integer,
    channel text NOT NULL,
    is_practice boolean NOT NULL,
    address text NOT NULL,
    names text NOT NULL,
    language text NOT NULL,
    reference text NOT NULL,
    status text NOT NULL,
    parts integer NOT NULL,
    attempts integer NOT NULL,
    road text NOT NULL,
    provider_reference text NOT NULL,
    code text NOT NULL,
    detail text NOT NULL,
    due_at timestamp without time zone NOT NULL,
    claimed_at timestamp without time zone,
    accepted_at timestamp without time zone,
    ended_at timestamp without time zone,
    doubt integer,
    doubted_at timestamp without time zone,
    repeats integer NOT NULL,
    first_reference text,
    CONSTRAINT message_channel_check CHECK ((channel = ANY (ARRAY[('sms'::character varying)::text, ('voice'::character varying)::text, ('email'::character varying)::text]))),
    CONSTRAINT message_check CHECK (((campaign_id IS NULL) <> (letter_id IS NULL))),
    CONSTRAINT message_status_check CHECK ((status = ANY (ARRAY[('queued'::character varying)::text, ('sending'::character varying)::text, ('unsure'::character varying)::text, ('accepted'::character varying)::text, ('delivered'::character varying)::text, ('answered'::character varying)::text, ('voicemail'::character varying)::text, ('hung_up'::character varying)::text, ('busy'::character varying)::text, ('no_answer'::character varying)::text, ('failed'::character varying)::text, ('withheld'::character varying)::text, ('expired'::character varying)::text])))
);
CREATE SEQUENCE message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE message_id_seq OWNED BY message.id;
CREATE TABLE milestone (
    id integer NOT NULL,
    activation_id integer NOT NULL,
    status text NOT NULL,
    at timestamp without time zone NOT NULL,
    recorded_at timestamp without time zone NOT NULL,
    by_id integer NOT NULL,
    note text NOT NULL
);
CREATE SEQUENCE milestone_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE milestone_id_seq OWNED BY milestone.id;
CREATE TABLE monthly_test (
    organisation_id integer NOT NULL,
    is_practice boolean NOT NULL,
    channels jsonb NOT NULL,
    bins jsonb NOT NULL,
    by_id integer NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    ready_for date,
    fault text NOT NULL
);
CREATE TABLE notice (
    id integer NOT NULL,
    agreement_id integer NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    document_id integer,
    letter_id integer,
    by_id integer NOT NULL,
    sent_at timestamp without time zone NOT NULL,
    acknowledged_at timestamp without time zone,
    acknowledged_by_id integer
);
CREATE SEQUENCE notice_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE notice_id_seq OWNED BY notice.id;
CREATE TABLE "order" (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    tariff_id integer NOT NULL,
    lines jsonb NOT NULL,
    orderer text NOT NULL,
    document_id integer NOT NULL,
    by_id integer NOT NULL,
    placed_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE order_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE order_id_seq OWNED BY "order".id;
CREATE TABLE organisation (
    id integer NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    language text NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    parent_id integer,
    ready_at timestamp without time zone,
    openings jsonb,
    asks_second_factor boolean NOT NULL,
    rights_version integer NOT NULL,
    payment text NOT NULL,
    is_national_desk boolean NOT NULL,
    practice_months integer NOT NULL,
    feed_since timestamp without time zone,
    quiet_from text NOT NULL,
    quiet_until text NOT NULL,
    CONSTRAINT organisation_kind_check CHECK ((kind = ANY (ARRAY[('police_zone'::character varying)::text, ('municipality'::character varying)::text, ('province'::character varying)::text, ('federal_service'::character varying)::text, ('contact_centre'::character varying)::text, ('platform'::character varying)::text])))
);
CREATE SEQUENCE organisation_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE organisation_id_seq OWNED BY organisation.id;
CREATE TABLE pending_change (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    kind text NOT NULL,
    about_id integer,
    facts jsonb NOT NULL,
    asked_by_id integer NOT NULL,
    asked_at timestamp without time zone NOT NULL,
    expires_at timestamp without time zone NOT NULL,
    status text NOT NULL,
    decided_by_id integer,
    decided_at timestamp without time zone,
    CONSTRAINT pending_change_status_check CHECK ((status = ANY (ARRAY[('asked'::character varying)::text, ('confirmed'::character varying)::text, ('refused'::character varying)::text])))
);
CREATE SEQUENCE pending_change_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE pending_change_id_seq OWNED BY pending_change.id;
CREATE TABLE persons_check (
    id integer NOT NULL,
    agreement_id integer NOT NULL,
    asked_at timestamp without time zone,
    confirmed_at timestamp without time zone,
    confirmed_by_id integer
);
CREATE SEQUENCE persons_check_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE persons_check_id_seq OWNED BY persons_check.id;
CREATE TABLE plan (
    id integer NOT NULL,
    municipality_id integer NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    removed_at timestamp without time zone,
    name text NOT NULL,
    dated_on date NOT NULL,
    document_id integer NOT NULL
);
CREATE SEQUENCE plan_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE plan_id_seq OWNED BY plan.id;
CREATE TABLE preparation (
    municipality_id integer NOT NULL,
    places jsonb NOT NULL,
    recommendations text NOT NULL,
    changed_at timestamp without time zone,
    checked_at timestamp without time zone,
    checked_by_id integer
);
CREATE TABLE presence (
    id integer NOT NULL,
    emergency_id integer NOT NULL,
    operator_id integer NOT NULL,
    languages jsonb NOT NULL,
    desk text NOT NULL,
    from_at timestamp without time zone NOT NULL,
    until_at timestamp without time zone,
    CONSTRAINT presence_desk_check CHECK ((desk = ANY (ARRAY[('d5'::character varying)::text, ('d2'::character varying)::text])))
);
CREATE SEQUENCE presence_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE presence_id_seq OWNED BY presence.id;
CREATE TABLE processing (
    bin_id integer NOT NULL,
    controller text NOT NULL,
    contact text NOT NULL,
    purpose text NOT NULL,
    basis text NOT NULL,
    basis_on date,
    basis_source text NOT NULL,
    remarks text NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    by_id integer
);
CREATE TABLE pulse (
    campaign_id integer NOT NULL,
    second integer NOT NULL,
    accepted integer NOT NULL,
    delivered integer NOT NULL
);
CREATE TABLE quarter (
    emergency_id integer NOT NULL,
    begins_at timestamp without time zone NOT NULL,
    offered integer NOT NULL,
    answered integer NOT NULL,
    abandoned integer NOT NULL,
    in_time integer,
    waited_seconds integer NOT NULL,
    longest_seconds integer,
    talked_seconds integer NOT NULL,
    source text NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE TABLE question (
    id integer NOT NULL,
    emergency_id integer NOT NULL,
    words text NOT NULL,
    key text NOT NULL,
    language text NOT NULL,
    topic text NOT NULL,
    number integer NOT NULL,
    by_id integer NOT NULL,
    asked_at timestamp without time zone NOT NULL,
    entry_id integer,
    answered_at timestamp without time zone,
    answered_by_id integer,
    dismissed_why text NOT NULL,
    merged_into_id integer
);
CREATE SEQUENCE question_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE question_id_seq OWNED BY question.id;
CREATE TABLE reached (
    campaign_id integer NOT NULL,
    moved_at timestamp without time zone NOT NULL,
    prefixes jsonb NOT NULL,
    streets jsonb NOT NULL
);
CREATE TABLE reception (
    id integer NOT NULL,
    municipality_id integer NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    removed_at timestamp without time zone,
    name text NOT NULL,
    address text NOT NULL,
    capacity integer NOT NULL,
    contact text NOT NULL,
    phone text NOT NULL,
    is_accessible boolean NOT NULL,
    takes_pets boolean NOT NULL
);
CREATE SEQUENCE reception_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE reception_id_seq OWNED BY reception.id;
CREATE TABLE recipient (
    message_id bigint NOT NULL,
    member_id integer NOT NULL
);
CREATE TABLE recording (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    key text NOT NULL,
    by_id integer NOT NULL,
    filename text NOT NULL,
    media_type text NOT NULL,
    seconds integer NOT NULL,
    content bytea NOT NULL,
    created_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE recording_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE recording_id_seq OWNED BY recording.id;
CREATE TABLE recovery_code (
    id integer NOT NULL,
    user_id integer NOT NULL,
    code_hash text NOT NULL,
    used_at timestamp without time zone
);
CREATE SEQUENCE recovery_code_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE recovery_code_id_seq OWNED BY recovery_code.id;
CREATE TABLE reinforcement (
    id integer NOT NULL,
    emergency_id integer NOT NULL,
    activation_id integer NOT NULL,
    desk text NOT NULL,
    operators integer NOT NULL,
    from_at timestamp without time zone NOT NULL,
    until_at timestamp without time zone NOT NULL,
    reason text NOT NULL,
    mills integer,
    by_id integer NOT NULL,
    asked_at timestamp without time zone NOT NULL,
    is_agreed boolean,
    answer text NOT NULL,
    decided_by_id integer,
    decided_at timestamp without time zone,
    CONSTRAINT reinforcement_desk_check CHECK ((desk = ANY (ARRAY[('d5'::character varying)::text, ('d2'::character varying)::text])))
);
CREATE SEQUENCE reinforcement_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE reinforcement_id_seq OWNED BY reinforcement.id;
CREATE TABLE reset_request (
    id integer NOT NULL,
    email text NOT NULL,
    asked_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE reset_request_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE reset_request_id_seq OWNED BY reset_request.id;
CREATE TABLE safety_zone (
    id integer NOT NULL,
    municipality_id integer NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    removed_at timestamp without time zone,
    name text NOT NULL,
    streets jsonb NOT NULL
);
CREATE SEQUENCE safety_zone_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE safety_zone_id_seq OWNED BY safety_zone.id;
CREATE TABLE sample (
    id integer NOT NULL,
    emergency_id integer NOT NULL,
    operator_id integer NOT NULL,
    by_id integer NOT NULL,
    at timestamp without time zone NOT NULL,
    answers jsonb NOT NULL,
    good integer NOT NULL,
    asked integer NOT NULL,
    remark text NOT NULL,
    finding text NOT NULL,
    spoken_at timestamp without time zone,
    spoken_by_id integer,
    CONSTRAINT sample_finding_check CHECK ((finding = ANY (ARRAY[(''::character varying)::text, ('sheet'::character varying)::text, ('word'::character varying)::text])))
);
CREATE SEQUENCE sample_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE sample_id_seq OWNED BY sample.id;
CREATE TABLE scale_up (
    id integer NOT NULL,
    activation_id integer NOT NULL,
    phase text NOT NULL,
    authority_id integer NOT NULL,
    from_at timestamp without time zone NOT NULL,
    reason text NOT NULL,
    handover jsonb NOT NULL,
    given_by_id integer NOT NULL,
    given_at timestamp without time zone NOT NULL,
    taken_by_id integer,
    taken_at timestamp without time zone,
    withdrawn_at timestamp without time zone,
    document_id integer,
    CONSTRAINT scale_up_phase_check CHECK ((phase = ANY (ARRAY[('municipal'::character varying)::text, ('provincial'::character varying)::text, ('federal'::character varying)::text])))
);
CREATE SEQUENCE scale_up_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE scale_up_id_seq OWNED BY scale_up.id;
CREATE TABLE schema_migration (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp without time zone NOT NULL
);
CREATE SEQUENCE schema_migration_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE schema_migration_id_seq OWNED BY schema_migration.id;
CREATE TABLE seal (
    id integer NOT NULL,
    number integer NOT NULL,
    last integer NOT NULL,
    hash text NOT NULL,
    CONSTRAINT seal_id_check CHECK ((id = 1))
);
CREATE SEQUENCE seal_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE seal_id_seq OWNED BY seal.id;
CREATE TABLE second_factor (
    id integer NOT NULL,
    user_id integer NOT NULL,
    secret text NOT NULL,
    began_at timestamp without time zone NOT NULL,
    confirmed_at timestamp without time zone,
    last_step integer NOT NULL
);
CREATE SEQUENCE second_factor_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE second_factor_id_seq OWNED BY second_factor.id;
CREATE TABLE self_test (
    id integer NOT NULL,
    user_id integer NOT NULL,
    by_id integer,
    begun_at timestamp without time zone NOT NULL,
    ended_at timestamp without time zone
);
CREATE SEQUENCE self_test_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE self_test_id_seq OWNED BY self_test.id;
CREATE TABLE self_test_leg (
    id integer NOT NULL,
    test_id integer NOT NULL,
    channel text NOT NULL,
    road text NOT NULL,
    has_receipts boolean NOT NULL,
    letter_id integer,
    CONSTRAINT self_test_leg_channel_check CHECK ((channel = ANY (ARRAY[('sms'::character varying)::text, ('voice'::character varying)::text, ('email'::character varying)::text])))
);
CREATE SEQUENCE self_test_leg_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE self_test_leg_id_seq OWNED BY self_test_leg.id;
CREATE TABLE settled (
    id integer NOT NULL,
    emergency_id integer NOT NULL,
    place text NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    by_id integer NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE SEQUENCE settled_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE settled_id_seq OWNED BY settled.id;
CREATE TABLE sheet_reading (
    emergency_id integer NOT NULL,
    operator_id integer NOT NULL,
    version integer NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE TABLE sheet_search (
    entry bigint NOT NULL,
    place bigint,
    question text,
    answer text,
    threes tsvector
);
CREATE TABLE shift (
    id integer NOT NULL,
    emergency_id integer NOT NULL,
    desk text NOT NULL,
    begins_at timestamp without time zone NOT NULL,
    ends_at timestamp without time zone NOT NULL,
    operators integer NOT NULL,
    languages jsonb NOT NULL,
    by_id integer NOT NULL,
    created_at timestamp without time zone NOT NULL,
    withdrawn_at timestamp without time zone,
    CONSTRAINT shift_desk_check CHECK ((desk = ANY (ARRAY[('d5'::character varying)::text, ('d2'::character varying)::text])))
);
CREATE SEQUENCE shift_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE shift_id_seq OWNED BY shift.id;
CREATE TABLE sign_in (
    id integer NOT NULL,
    token_hash text NOT NULL,
    user_id integer NOT NULL,
    address text NOT NULL,
    agent text NOT NULL,
    began_at timestamp without time zone NOT NULL,
    passed_at timestamp without time zone,
    seen_at timestamp without time zone NOT NULL,
    confirmed_at timestamp without time zone,
    ended_at timestamp without time zone
);
CREATE TABLE sign_in_failure (
    key text NOT NULL,
    failures integer NOT NULL,
    last_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE sign_in_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE sign_in_id_seq OWNED BY sign_in.id;
CREATE TABLE standing_question (
    id integer NOT NULL,
    municipality_id integer NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    removed_at timestamp without time zone,
    topic text NOT NULL,
    question jsonb NOT NULL,
    answer jsonb NOT NULL
);
CREATE SEQUENCE standing_question_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE standing_question_id_seq OWNED BY standing_question.id;
CREATE TABLE statement (
    id integer NOT NULL,
    activation_id integer NOT NULL,
    bearer_id integer NOT NULL,
    number integer NOT NULL,
    corrects_id integer,
    reason text NOT NULL,
    annex_id integer NOT NULL,
    content jsonb NOT NULL,
    mills bigint NOT NULL,
    document_id integer NOT NULL,
    workbook_id integer NOT NULL,
    by_id integer NOT NULL,
    made_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE statement_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE statement_id_seq OWNED BY statement.id;
CREATE TABLE tally (
    campaign_id integer NOT NULL,
    channel text NOT NULL,
    status text NOT NULL,
    number integer NOT NULL
);
CREATE TABLE tariff (
    id integer NOT NULL,
    begins_on date NOT NULL,
    prices jsonb NOT NULL,
    vat_permille integer NOT NULL
);
CREATE SEQUENCE tariff_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE tariff_id_seq OWNED BY tariff.id;
CREATE TABLE template (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    channels jsonb NOT NULL,
    texts jsonb NOT NULL,
    audience jsonb NOT NULL,
    fallback_language text NOT NULL,
    policy text NOT NULL,
    asks_acknowledgement boolean,
    cascade jsonb,
    cap jsonb,
    placeholders jsonb,
    follow_ups jsonb,
    useful_minutes integer,
    version integer NOT NULL,
    created_at timestamp without time zone NOT NULL,
    changed_at timestamp without time zone NOT NULL,
    by_id integer NOT NULL,
    touched jsonb,
    came_from_id integer,
    removed_at timestamp without time zone,
    CONSTRAINT template_kind_check CHECK ((kind = ANY (ARRAY[('warning'::character varying)::text, ('preventive'::character varying)::text, ('news'::character varying)::text, ('other'::character varying)::text])))
);
CREATE TABLE template_draft (
    id integer NOT NULL,
    template_id integer NOT NULL,
    based_on integer NOT NULL,
    wording jsonb NOT NULL,
    why text NOT NULL,
    by_id integer NOT NULL,
    changed_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE template_draft_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE template_draft_id_seq OWNED BY template_draft.id;
CREATE SEQUENCE template_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE template_id_seq OWNED BY template.id;
CREATE TABLE template_version (
    id integer NOT NULL,
    template_id integer NOT NULL,
    version integer NOT NULL,
    wording jsonb NOT NULL,
    by_id integer NOT NULL,
    why text NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE SEQUENCE template_version_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE template_version_id_seq OWNED BY template_version.id;
CREATE TABLE throttle (
    road text NOT NULL,
    tokens double precision NOT NULL,
    refilled_at timestamp without time zone NOT NULL,
    recent jsonb NOT NULL
);
CREATE TABLE token (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    by_id integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    hint text NOT NULL,
    scopes jsonb NOT NULL,
    is_practice boolean NOT NULL,
    created_at timestamp without time zone NOT NULL,
    expires_at timestamp without time zone NOT NULL,
    used_at timestamp without time zone,
    minute_at timestamp without time zone,
    calls integer NOT NULL,
    revoked_at timestamp without time zone
);
CREATE SEQUENCE token_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE token_id_seq OWNED BY token.id;
CREATE TABLE token_launch (
    token_id integer NOT NULL,
    key text NOT NULL,
    asked text NOT NULL,
    campaign_id integer NOT NULL,
    at timestamp without time zone NOT NULL
);
CREATE TABLE trouble (
    id integer NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    began_at timestamp without time zone NOT NULL,
    told_at timestamp without time zone,
    well_since timestamp without time zone,
    ended_at timestamp without time zone,
    CONSTRAINT trouble_kind_check CHECK ((kind = ANY (ARRAY[('road'::character varying)::text, ('backup'::character varying)::text, ('disk'::character varying)::text, ('heartbeat'::character varying)::text, ('clock'::character varying)::text])))
);
CREATE SEQUENCE trouble_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE trouble_id_seq OWNED BY trouble.id;
CREATE TABLE unreached (
    campaign_id integer NOT NULL,
    member_id integer NOT NULL,
    reason text NOT NULL
);
CREATE TABLE "user" (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    phone text NOT NULL,
    language text NOT NULL,
    password_hash text NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp without time zone NOT NULL,
    is_demonstration boolean NOT NULL,
    practice_reminded_at timestamp without time zone,
    tour_step integer NOT NULL,
    CONSTRAINT user_role_check CHECK ((role = ANY (ARRAY[('platform_admin'::character varying)::text, ('organisation_admin'::character varying)::text, ('sender'::character varying)::text, ('coordinator'::character varying)::text, ('authorised_person'::character varying)::text, ('centre_supervisor'::character varying)::text, ('operator'::character varying)::text, ('liaison_officer'::character varying)::text, ('reader'::character varying)::text])))
);
CREATE SEQUENCE user_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE user_id_seq OWNED BY "user".id;
CREATE TABLE user_table (
    id integer NOT NULL,
    filename text NOT NULL,
    content bytea,
    reading jsonb NOT NULL,
    counts jsonb NOT NULL,
    status text NOT NULL,
    created_at timestamp without time zone NOT NULL,
    ended_at timestamp without time zone,
    organisation_id integer NOT NULL,
    by_id integer,
    accounts jsonb NOT NULL,
    CONSTRAINT user_table_status_check CHECK ((status = ANY (ARRAY[('uploaded'::character varying)::text, ('committed'::character varying)::text, ('undone'::character varying)::text, ('discarded'::character varying)::text])))
);
CREATE SEQUENCE user_table_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE user_table_id_seq OWNED BY user_table.id;
CREATE TABLE verified_contact (
    id integer NOT NULL,
    organisation_id integer NOT NULL,
    value text NOT NULL,
    by_id integer NOT NULL,
    verified_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE verified_contact_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE verified_contact_id_seq OWNED BY verified_contact.id;
CREATE TABLE victim_note (
    id integer NOT NULL,
    emergency_id integer NOT NULL,
    municipality_id integer,
    handed_to text NOT NULL,
    language text NOT NULL,
    caller text NOT NULL,
    phone text NOT NULL,
    sought text NOT NULL,
    words text NOT NULL,
    by_id integer NOT NULL,
    at timestamp without time zone NOT NULL,
    taken_by_id integer,
    taken_at timestamp without time zone,
    closed_at timestamp without time zone,
    purged_at timestamp without time zone,
    CONSTRAINT victim_note_handed_to_check CHECK ((handed_to = ANY (ARRAY[('d2_desk'::character varying)::text, ('second_line'::character varying)::text])))
);
CREATE SEQUENCE victim_note_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE victim_note_id_seq OWNED BY victim_note.id;
ALTER TABLE ONLY accession ALTER COLUMN id SET DEFAULT nextval('accession_id_seq'::regclass);
ALTER TABLE ONLY activation ALTER COLUMN id SET DEFAULT nextval('activation_id_seq'::regclass);
ALTER TABLE ONLY agreement ALTER COLUMN id SET DEFAULT nextval('agreement_id_seq'::regclass);
ALTER TABLE ONLY annex ALTER COLUMN id SET DEFAULT nextval('annex_id_seq'::regclass);
ALTER TABLE ONLY announcement ALTER COLUMN id SET DEFAULT nextval('announcement_id_seq'::regclass);
ALTER TABLE ONLY approval ALTER COLUMN id SET DEFAULT nextval('approval_id_seq'::regclass);
ALTER TABLE ONLY asking ALTER COLUMN id SET DEFAULT nextval('asking_id_seq'::regclass);
ALTER TABLE ONLY audit ALTER COLUMN id SET DEFAULT nextval('audit_id_seq'::regclass);
ALTER TABLE ONLY bin ALTER COLUMN id SET DEFAULT nextval('bin_id_seq'::regclass);
ALTER TABLE ONLY call ALTER COLUMN id SET DEFAULT nextval('call_id_seq'::regclass);
ALTER TABLE ONLY call_back ALTER COLUMN id SET DEFAULT nextval('call_back_id_seq'::regclass);
ALTER TABLE ONLY campaign ALTER COLUMN id SET DEFAULT nextval('campaign_id_seq'::regclass);
ALTER TABLE ONLY closing_plan ALTER COLUMN id SET DEFAULT nextval('closing_plan_id_seq'::regclass);
ALTER TABLE ONLY contract ALTER COLUMN id SET DEFAULT nextval('contract_id_seq'::regclass);
ALTER TABLE ONLY data_check ALTER COLUMN id SET DEFAULT nextval('data_check_id_seq'::regclass);
ALTER TABLE ONLY document ALTER COLUMN id SET DEFAULT nextval('document_id_seq'::regclass);
ALTER TABLE ONLY emergency ALTER COLUMN id SET DEFAULT nextval('emergency_id_seq'::regclass);
ALTER TABLE ONLY entry ALTER COLUMN id SET DEFAULT nextval('entry_id_seq'::regclass);
ALTER TABLE ONLY entry_draft ALTER COLUMN id SET DEFAULT nextval('entry_draft_id_seq'::regclass);
ALTER TABLE ONLY entry_version ALTER COLUMN id SET DEFAULT nextval('entry_version_id_seq'::regclass);
ALTER TABLE ONLY evaluation ALTER COLUMN id SET DEFAULT nextval('evaluation_id_seq'::regclass);
ALTER TABLE ONLY exercise ALTER COLUMN id SET DEFAULT nextval('exercise_id_seq'::regclass);
ALTER TABLE ONLY "grant" ALTER COLUMN id SET DEFAULT nextval('grant_id_seq'::regclass);
ALTER TABLE ONLY handover ALTER COLUMN id SET DEFAULT nextval('handover_id_seq'::regclass);
ALTER TABLE ONLY import ALTER COLUMN id SET DEFAULT nextval('import_id_seq'::regclass);
ALTER TABLE ONLY inbound ALTER COLUMN id SET DEFAULT nextval('inbound_id_seq'::regclass);
ALTER TABLE ONLY inject ALTER COLUMN id SET DEFAULT nextval('inject_id_seq'::regclass);
ALTER TABLE ONLY inquiry ALTER COLUMN id SET DEFAULT nextval('inquiry_id_seq'::regclass);
ALTER TABLE ONLY ledger_line ALTER COLUMN id SET DEFAULT nextval('ledger_line_id_seq'::regclass);
ALTER TABLE ONLY lesson ALTER COLUMN id SET DEFAULT nextval('lesson_id_seq'::regclass);
ALTER TABLE ONLY letter ALTER COLUMN id SET DEFAULT nextval('letter_id_seq'::regclass);
ALTER TABLE ONLY link ALTER COLUMN id SET DEFAULT nextval('link_id_seq'::regclass);
ALTER TABLE ONLY member ALTER COLUMN id SET DEFAULT nextval('member_id_seq'::regclass);
ALTER TABLE ONLY member_change ALTER COLUMN id SET DEFAULT nextval('member_change_id_seq'::regclass);
ALTER TABLE ONLY membership ALTER COLUMN id SET DEFAULT nextval('membership_id_seq'::regclass);
ALTER TABLE ONLY message ALTER COLUMN id SET DEFAULT nextval('message_id_seq'::regclass);
ALTER TABLE ONLY milestone ALTER COLUMN id SET DEFAULT nextval('milestone_id_seq'::regclass);
ALTER TABLE ONLY notice ALTER COLUMN id SET DEFAULT nextval('notice_id_seq'::regclass);
ALTER TABLE ONLY "order" ALTER COLUMN id SET DEFAULT nextval('order_id_seq'::regclass);
ALTER TABLE ONLY organisation ALTER COLUMN id SET DEFAULT nextval('organisation_id_seq'::regclass);
ALTER TABLE ONLY pending_change ALTER COLUMN id SET DEFAULT nextval('pending_change_id_seq'::regclass);
ALTER TABLE ONLY persons_check ALTER COLUMN id SET DEFAULT nextval('persons_check_id_seq'::regclass);
ALTER TABLE ONLY plan ALTER COLUMN id SET DEFAULT nextval('plan_id_seq'::regclass);
ALTER TABLE ONLY presence ALTER COLUMN id SET DEFAULT nextval('presence_id_seq'::regclass);
ALTER TABLE ONLY question ALTER COLUMN id SET DEFAULT nextval('question_id_seq'::regclass);
ALTER TABLE ONLY reception ALTER COLUMN id SET DEFAULT nextval('reception_id_seq'::regclass);
ALTER TABLE ONLY recording ALTER COLUMN id SET DEFAULT nextval('recording_id_seq'::regclass);
ALTER TABLE ONLY recovery_code ALTER COLUMN id SET DEFAULT nextval('recovery_code_id_seq'::regclass);
ALTER TABLE ONLY reinforcement ALTER COLUMN id SET DEFAULT nextval('reinforcement_id_seq'::regclass);
ALTER TABLE ONLY reset_request ALTER COLUMN id SET DEFAULT nextval('reset_request_id_seq'::regclass);
ALTER TABLE ONLY safety_zone ALTER COLUMN id SET DEFAULT nextval('safety_zone_id_seq'::regclass);
ALTER TABLE ONLY sample ALTER COLUMN id SET DEFAULT nextval('sample_id_seq'::regclass);
ALTER TABLE ONLY scale_up ALTER COLUMN id SET DEFAULT nextval('scale_up_id_seq'::regclass);
ALTER TABLE ONLY schema_migration ALTER COLUMN id SET DEFAULT nextval('schema_migration_id_seq'::regclass);
ALTER TABLE ONLY seal ALTER COLUMN id SET DEFAULT nextval('seal_id_seq'::regclass);
ALTER TABLE ONLY second_factor ALTER COLUMN id SET DEFAULT nextval('second_factor_id_seq'::regclass);
ALTER TABLE ONLY self_test ALTER COLUMN id SET DEFAULT nextval('self_test_id_seq'::regclass);
ALTER TABLE ONLY self_test_leg ALTER COLUMN id SET DEFAULT nextval('self_test_leg_id_seq'::regclass);
ALTER TABLE ONLY settled ALTER COLUMN id SET DEFAULT nextval('settled_id_seq'::regclass);
ALTER TABLE ONLY shift ALTER COLUMN id SET DEFAULT nextval('shift_id_seq'::regclass);
ALTER TABLE ONLY sign_in ALTER COLUMN id SET DEFAULT nextval('sign_in_id_seq'::regclass);
ALTER TABLE ONLY standing_question ALTER COLUMN id SET DEFAULT nextval('standing_question_id_seq'::regclass);
ALTER TABLE ONLY statement ALTER COLUMN id SET DEFAULT nextval('statement_id_seq'::regclass);
ALTER TABLE ONLY tariff ALTER COLUMN id SET DEFAULT nextval('tariff_id_seq'::regclass);
ALTER TABLE ONLY template ALTER COLUMN id SET DEFAULT nextval('template_id_seq'::regclass);
ALTER TABLE ONLY template_draft ALTER COLUMN id SET DEFAULT nextval('template_draft_id_seq'::regclass);
ALTER TABLE ONLY template_version ALTER COLUMN id SET DEFAULT nextval('template_version_id_seq'::regclass);
ALTER TABLE ONLY token ALTER COLUMN id SET DEFAULT nextval('token_id_seq'::regclass);
ALTER TABLE ONLY trouble ALTER COLUMN id SET DEFAULT nextval('trouble_id_seq'::regclass);
ALTER TABLE ONLY "user" ALTER COLUMN id SET DEFAULT nextval('user_id_seq'::regclass);
ALTER TABLE ONLY user_table ALTER COLUMN id SET DEFAULT nextval('user_table_id_seq'::regclass);
ALTER TABLE ONLY verified_contact ALTER COLUMN id SET DEFAULT nextval('verified_contact_id_seq'::regclass);
ALTER TABLE ONLY victim_note ALTER COLUMN id SET DEFAULT nextval('victim_note_id_seq'::regclass);
ALTER TABLE ONLY accession
    ADD CONSTRAINT accession_pkey PRIMARY KEY (id);
ALTER TABLE ONLY acknowledgement
    ADD CONSTRAINT acknowledgement_pkey PRIMARY KEY (campaign_id, member_id);
ALTER TABLE ONLY activation
    ADD CONSTRAINT activation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY agreement
    ADD CONSTRAINT agreement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY annex
    ADD CONSTRAINT annex_pkey PRIMARY KEY (id);
ALTER TABLE ONLY announcement
    ADD CONSTRAINT announcement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY approval
    ADD CONSTRAINT approval_pkey PRIMARY KEY (id);
ALTER TABLE ONLY asking
    ADD CONSTRAINT asking_pkey PRIMARY KEY (id);
ALTER TABLE ONLY audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY bin
    ADD CONSTRAINT bin_pkey PRIMARY KEY (id);
ALTER TABLE ONLY call_back
    ADD CONSTRAINT call_back_pkey PRIMARY KEY (id);
ALTER TABLE ONLY call
    ADD CONSTRAINT call_pkey PRIMARY KEY (id);
ALTER TABLE ONLY campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (id);
ALTER TABLE ONLY chore
    ADD CONSTRAINT chore_pkey PRIMARY KEY (name);
ALTER TABLE ONLY clock_warning
    ADD CONSTRAINT clock_warning_pkey PRIMARY KEY (activation_id, requested_at, step);
ALTER TABLE ONLY closing_plan
    ADD CONSTRAINT closing_plan_pkey PRIMARY KEY (id);
ALTER TABLE ONLY contract
    ADD CONSTRAINT contract_pkey PRIMARY KEY (id);
ALTER TABLE ONLY credit
    ADD CONSTRAINT credit_pkey PRIMARY KEY (organisation_id);
ALTER TABLE ONLY data_check
    ADD CONSTRAINT data_check_pkey PRIMARY KEY (id);
ALTER TABLE ONLY document
    ADD CONSTRAINT document_pkey PRIMARY KEY (id);
ALTER TABLE ONLY emergency
    ADD CONSTRAINT emergency_pkey PRIMARY KEY (id);
ALTER TABLE ONLY end_warning
    ADD CONSTRAINT end_warning_pkey PRIMARY KEY (organisation_id, promise, ends_on, months);
ALTER TABLE ONLY entry_draft
    ADD CONSTRAINT entry_draft_pkey PRIMARY KEY (id);
ALTER TABLE ONLY entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY entry_version
    ADD CONSTRAINT entry_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY evaluation
    ADD CONSTRAINT evaluation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_pkey PRIMARY KEY (id);
ALTER TABLE ONLY final_report
    ADD CONSTRAINT final_report_pkey PRIMARY KEY (activation_id);
ALTER TABLE ONLY four_eyes
    ADD CONSTRAINT four_eyes_pkey PRIMARY KEY (organisation_id, kind);
ALTER TABLE ONLY "grant"
    ADD CONSTRAINT grant_pkey PRIMARY KEY (id);
ALTER TABLE ONLY handover
    ADD CONSTRAINT handover_pkey PRIMARY KEY (id);
ALTER TABLE ONLY held
    ADD CONSTRAINT held_pkey PRIMARY KEY (campaign_id);
ALTER TABLE ONLY import
    ADD CONSTRAINT import_pkey PRIMARY KEY (id);
ALTER TABLE ONLY inbound
    ADD CONSTRAINT inbound_pkey PRIMARY KEY (id);
ALTER TABLE ONLY inject
    ADD CONSTRAINT inject_pkey PRIMARY KEY (id);
ALTER TABLE ONLY inquiry
    ADD CONSTRAINT inquiry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger_line
    ADD CONSTRAINT ledger_line_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lesson
    ADD CONSTRAINT lesson_pkey PRIMARY KEY (id);
ALTER TABLE ONLY letter
    ADD CONSTRAINT letter_pkey PRIMARY KEY (id);
ALTER TABLE ONLY link
    ADD CONSTRAINT link_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mandate
    ADD CONSTRAINT mandate_pkey PRIMARY KEY (user_id, bin_id);
ALTER TABLE ONLY member_change
    ADD CONSTRAINT member_change_pkey PRIMARY KEY (id);
ALTER TABLE ONLY member
    ADD CONSTRAINT member_pkey PRIMARY KEY (id);
ALTER TABLE ONLY membership
    ADD CONSTRAINT membership_pkey PRIMARY KEY (id);
ALTER TABLE ONLY message
    ADD CONSTRAINT message_pkey PRIMARY KEY (id);
ALTER TABLE ONLY milestone
    ADD CONSTRAINT milestone_pkey PRIMARY KEY (id);
ALTER TABLE ONLY monthly_test
    ADD CONSTRAINT monthly_test_pkey PRIMARY KEY (organisation_id);
ALTER TABLE ONLY notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY "order"
    ADD CONSTRAINT order_pkey PRIMARY KEY (id);
ALTER TABLE ONLY organisation
    ADD CONSTRAINT organisation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY pending_change
    ADD CONSTRAINT pending_change_pkey PRIMARY KEY (id);
ALTER TABLE ONLY persons_check
    ADD CONSTRAINT persons_check_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plan
    ADD CONSTRAINT plan_pkey PRIMARY KEY (id);
ALTER TABLE ONLY preparation
    ADD CONSTRAINT preparation_pkey PRIMARY KEY (municipality_id);
ALTER TABLE ONLY presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (id);
ALTER TABLE ONLY processing
    ADD CONSTRAINT processing_pkey PRIMARY KEY (bin_id);
ALTER TABLE ONLY pulse
    ADD CONSTRAINT pulse_pkey PRIMARY KEY (campaign_id, second);
ALTER TABLE ONLY quarter
    ADD CONSTRAINT quarter_pkey PRIMARY KEY (emergency_id, begins_at);
ALTER TABLE ONLY question
    ADD CONSTRAINT question_pkey PRIMARY KEY (id);
ALTER TABLE ONLY reached
    ADD CONSTRAINT reached_pkey PRIMARY KEY (campaign_id);
ALTER TABLE ONLY reception
    ADD CONSTRAINT reception_pkey PRIMARY KEY (id);
ALTER TABLE ONLY recipient
    ADD CONSTRAINT recipient_pkey PRIMARY KEY (message_id, member_id);
ALTER TABLE ONLY recording
    ADD CONSTRAINT recording_pkey PRIMARY KEY (id);
ALTER TABLE ONLY recovery_code
    ADD CONSTRAINT recovery_code_pkey PRIMARY KEY (id);
ALTER TABLE ONLY reinforcement
    ADD CONSTRAINT reinforcement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY reset_request
    ADD CONSTRAINT reset_request_pkey PRIMARY KEY (id);
ALTER TABLE ONLY safety_zone
    ADD CONSTRAINT safety_zone_pkey PRIMARY KEY (id);
ALTER TABLE ONLY sample
    ADD CONSTRAINT sample_pkey PRIMARY KEY (id);
ALTER TABLE ONLY scale_up
    ADD CONSTRAINT scale_up_pkey PRIMARY KEY (id);
ALTER TABLE ONLY schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (id);
ALTER TABLE ONLY seal
    ADD CONSTRAINT seal_pkey PRIMARY KEY (id);
ALTER TABLE ONLY second_factor
    ADD CONSTRAINT second_factor_pkey PRIMARY KEY (id);
ALTER TABLE ONLY self_test_leg
    ADD CONSTRAINT self_test_leg_pkey PRIMARY KEY (id);
ALTER TABLE ONLY self_test
    ADD CONSTRAINT self_test_pkey PRIMARY KEY (id);
ALTER TABLE ONLY settled
    ADD CONSTRAINT settled_pkey PRIMARY KEY (id);
ALTER TABLE ONLY sheet_reading
    ADD CONSTRAINT sheet_reading_pkey PRIMARY KEY (emergency_id, operator_id, version);
ALTER TABLE ONLY sheet_search
    ADD CONSTRAINT sheet_search_pkey PRIMARY KEY (entry);
ALTER TABLE ONLY shift
    ADD CONSTRAINT shift_pkey PRIMARY KEY (id);
ALTER TABLE ONLY sign_in_failure
    ADD CONSTRAINT sign_in_failure_pkey PRIMARY KEY (key);
ALTER TABLE ONLY sign_in
    ADD CONSTRAINT sign_in_pkey PRIMARY KEY (id);
ALTER TABLE ONLY standing_question
    ADD CONSTRAINT standing_question_pkey PRIMARY KEY (id);
ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY tally
    ADD CONSTRAINT tally_pkey PRIMARY KEY (campaign_id, channel, status);
ALTER TABLE ONLY tariff
    ADD CONSTRAINT tariff_pkey PRIMARY KEY (id);
ALTER TABLE ONLY template_draft
    ADD CONSTRAINT template_draft_pkey PRIMARY KEY (id);
ALTER TABLE ONLY template
    ADD CONSTRAINT template_pkey PRIMARY KEY (id);
ALTER TABLE ONLY template_version
    ADD CONSTRAINT template_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY throttle
    ADD CONSTRAINT throttle_pkey PRIMARY KEY (road);
ALTER TABLE ONLY token_launch
    ADD CONSTRAINT token_launch_pkey PRIMARY KEY (token_id, key);
ALTER TABLE ONLY token
    ADD CONSTRAINT token_pkey PRIMARY KEY (id);
ALTER TABLE ONLY trouble
    ADD CONSTRAINT trouble_pkey PRIMARY KEY (id);
ALTER TABLE ONLY unreached
    ADD CONSTRAINT unreached_pkey PRIMARY KEY (campaign_id, member_id);
ALTER TABLE ONLY "user"
    ADD CONSTRAINT user_pkey PRIMARY KEY (id);
ALTER TABLE ONLY user_table
    ADD CONSTRAINT user_table_pkey PRIMARY KEY (id);
ALTER TABLE ONLY verified_contact
    ADD CONSTRAINT verified_contact_pkey PRIMARY KEY (id);
ALTER TABLE ONLY victim_note
    ADD CONSTRAINT victim_note_pkey PRIMARY KEY (id);
CREATE INDEX accession_contract_id ON accession USING btree (contract_id);
CREATE INDEX accession_document_id ON accession USING btree (document_id);
CREATE INDEX accession_organisation_id ON accession USING btree (organisation_id);
CREATE INDEX acknowledgement_member_id ON acknowledgement USING btree (member_id);
CREATE INDEX activation_agreement_id ON activation USING btree (agreement_id);
CREATE INDEX activation_by_id ON activation USING btree (by_id);
CREATE INDEX activation_document_id ON activation USING btree (document_id);
CREATE INDEX activation_emergency_id ON activation USING btree (emergency_id);
CREATE INDEX activation_joined_from_id ON activation USING btree (joined_from_id);
CREATE INDEX activation_letter_id ON activation USING btree (letter_id);
CREATE INDEX activation_municipality_id ON activation USING btree (municipality_id);
CREATE INDEX activation_short_letter_id ON activation USING btree (short_letter_id);
CREATE INDEX agreement_centre_id ON agreement USING btree (centre_id);
CREATE INDEX agreement_contract_id ON agreement USING btree (contract_id);
CREATE INDEX agreement_document_id ON agreement USING btree (document_id);
CREATE INDEX agreement_municipality_id ON agreement USING btree (municipality_id);
CREATE INDEX annex_agreement_id ON annex USING btree (agreement_id);
CREATE UNIQUE INDEX annex_agreement_id_number_version ON annex USING btree (agreement_id, number, version);
CREATE INDEX annex_by_id ON annex USING btree (by_id);
CREATE INDEX annex_contract_id ON annex USING btree (contract_id);
CREATE UNIQUE INDEX annex_contract_id_number_version ON annex USING btree (contract_id, number, version);
CREATE INDEX annex_document_id ON annex USING btree (document_id);
CREATE INDEX announcement_by_id ON announcement USING btree (by_id);
CREATE INDEX announcement_emergency_id ON announcement USING btree (emergency_id);
CREATE UNIQUE INDEX announcement_emergency_id_kind ON announcement USING btree (emergency_id, kind);
CREATE INDEX approval_asked_by_id ON approval USING btree (asked_by_id);
CREATE INDEX approval_campaign_id ON approval USING btree (campaign_id);
CREATE INDEX approval_decided_by_id ON approval USING btree (decided_by_id);
CREATE INDEX approval_status_due_at ON approval USING btree (status, due_at);
CREATE INDEX asking_by_id ON asking USING btree (by_id);
CREATE INDEX asking_question_id ON asking USING btree (question_id);
CREATE INDEX audit_by_id ON audit USING btree (by_id);
CREATE INDEX audit_deed_id ON audit USING btree (deed, id);
CREATE INDEX audit_organisation_id ON audit USING btree (organisation_id);
CREATE INDEX audit_organisation_id_id ON audit USING btree (organisation_id, id);
CREATE INDEX audit_subject_id ON audit USING btree (subject, id);
CREATE INDEX bin_organisation_id ON bin USING btree (organisation_id);
CREATE UNIQUE INDEX bin_organisation_id_name ON bin USING btree (organisation_id, name);
CREATE INDEX call_back_activation_id ON call_back USING btree (activation_id);
CREATE INDEX call_back_by_id ON call_back USING btree (by_id);
CREATE INDEX call_emergency_id ON call USING btree (emergency_id);
CREATE INDEX call_emergency_id_at ON call USING btree (emergency_id, at);
CREATE INDEX call_emergency_id_topic_at ON call USING btree (emergency_id, topic, at);
CREATE INDEX call_municipality_id ON call USING btree (municipality_id);
CREATE INDEX call_operator_id ON call USING btree (operator_id);
CREATE INDEX campaign_author_id ON campaign USING btree (author_id);
CREATE INDEX campaign_feedback_by_id ON campaign USING btree (feedback_by_id);
CREATE INDEX campaign_follows_id ON campaign USING btree (follows_id);
CREATE INDEX campaign_held_by_id ON campaign USING btree (held_by_id);
CREATE INDEX campaign_launched_by_id ON campaign USING btree (launched_by_id);
CREATE INDEX campaign_organisation_id ON campaign USING btree (organisation_id);
CREATE INDEX campaign_organisation_id_status ON campaign USING btree (organisation_id, status);
CREATE INDEX campaign_template_id ON campaign USING btree (template_id);
CREATE INDEX campaign_written_by_id ON campaign USING btree (written_by_id);
CREATE INDEX clock_warning_activation_id ON clock_warning USING btree (activation_id);
CREATE INDEX closing_plan_activation_id ON closing_plan USING btree (activation_id);
CREATE INDEX closing_plan_by_id ON closing_plan USING btree (by_id);
CREATE INDEX closing_plan_notice_id ON closing_plan USING btree (notice_id);
CREATE INDEX contract_centre_id ON contract USING btree (centre_id);
CREATE UNIQUE INDEX contract_name ON contract USING btree (name);
CREATE INDEX data_check_bin_id ON data_check USING btree (bin_id);
CREATE INDEX data_check_bin_id_sent_at ON data_check USING btree (bin_id, sent_at);
CREATE INDEX data_check_by_id ON data_check USING btree (by_id);
CREATE UNIQUE INDEX data_check_code ON data_check USING btree (code);
CREATE INDEX data_check_decided_by_id ON data_check USING btree (decided_by_id);
CREATE INDEX data_check_member_id ON data_check USING btree (member_id);
CREATE INDEX document_campaign_id ON document USING btree (campaign_id);
CREATE INDEX document_organisation_id ON document USING btree (organisation_id);
CREATE INDEX emergency_centre_id ON emergency USING btree (centre_id);
CREATE INDEX end_warning_organisation_id ON end_warning USING btree (organisation_id);
CREATE INDEX entry_draft_by_id ON entry_draft USING btree (by_id);
CREATE INDEX entry_draft_emergency_id ON entry_draft USING btree (emergency_id);
CREATE INDEX entry_draft_entry_id ON entry_draft USING btree (entry_id);
CREATE UNIQUE INDEX entry_draft_entry_id_by_id ON entry_draft USING btree (entry_id, by_id);
CREATE INDEX entry_emergency_id ON entry USING btree (emergency_id);
CREATE INDEX entry_municipality_id ON entry USING btree (municipality_id);
CREATE INDEX entry_version_by_id ON entry_version USING btree (by_id);
CREATE INDEX entry_version_entry_id ON entry_version USING btree (entry_id);
CREATE UNIQUE INDEX entry_version_entry_id_sheet_version ON entry_version USING btree (entry_id, sheet_version);
CREATE INDEX entry_version_retired_by_id ON entry_version USING btree (retired_by_id);
CREATE INDEX evaluation_by_id ON evaluation USING btree (by_id);
CREATE INDEX evaluation_exercise_id ON evaluation USING btree (exercise_id);
CREATE UNIQUE INDEX evaluation_exercise_id_organisation_id ON evaluation USING btree (exercise_id, organisation_id);
CREATE INDEX evaluation_organisation_id ON evaluation USING btree (organisation_id);
CREATE INDEX exercise_acknowledged_by_id ON exercise USING btree (acknowledged_by_id);
CREATE INDEX exercise_activation_id ON exercise USING btree (activation_id);
CREATE INDEX exercise_agreement_id ON exercise USING btree (agreement_id);
CREATE INDEX exercise_annex_id ON exercise USING btree (annex_id);
CREATE INDEX exercise_asked_by_id ON exercise USING btree (asked_by_id);
CREATE INDEX exercise_centre_signed_by_id ON exercise USING btree (centre_signed_by_id);
CREATE INDEX exercise_document_id ON exercise USING btree (document_id);
CREATE INDEX exercise_findings_id ON exercise USING btree (findings_id);
CREATE INDEX exercise_municipality_id ON exercise USING btree (municipality_id);
CREATE INDEX exercise_notice_id ON exercise USING btree (notice_id);
CREATE INDEX exercise_service_id ON exercise USING btree (service_id);
CREATE INDEX exercise_signed_by_id ON exercise USING btree (signed_by_id);
CREATE INDEX final_report_document_id ON final_report USING btree (document_id);
CREATE INDEX four_eyes_organisation_id ON four_eyes USING btree (organisation_id);
CREATE INDEX grant_bin_id ON "grant" USING btree (bin_id);
CREATE INDEX grant_organisation_id ON "grant" USING btree (organisation_id);
CREATE INDEX grant_organisation_id_role ON "grant" USING btree (organisation_id, role);
CREATE INDEX grant_user_id ON "grant" USING btree (user_id);
CREATE INDEX handover_by_id ON handover USING btree (by_id);
CREATE INDEX handover_campaign_id ON handover USING btree (campaign_id);
CREATE INDEX handover_desk_id ON handover USING btree (desk_id);
CREATE INDEX import_bin_id ON import USING btree (bin_id);
CREATE INDEX import_by_id ON import USING btree (by_id);
CREATE INDEX import_organisation_id ON import USING btree (organisation_id);
CREATE INDEX inbound_campaign_id ON inbound USING btree (campaign_id);
CREATE INDEX inbound_handled_by_id ON inbound USING btree (handled_by_id);
CREATE INDEX inbound_member_id ON inbound USING btree (member_id);
CREATE INDEX inbound_number_answered_at ON inbound USING btree (number, answered_at);
CREATE INDEX inbound_organisation_id ON inbound USING btree (organisation_id);
CREATE INDEX inbound_organisation_id_handled_at ON inbound USING btree (organisation_id, handled_at);
CREATE UNIQUE INDEX inbound_provider_provider_reference ON inbound USING btree (provider, provider_reference);
CREATE INDEX inject_exercise_id ON inject USING btree (exercise_id);
CREATE INDEX inject_played_by_id ON inject USING btree (played_by_id);
CREATE INDEX inquiry_activation_id ON inquiry USING btree (activation_id);
CREATE INDEX inquiry_answered_by_id ON inquiry USING btree (answered_by_id);
CREATE INDEX inquiry_by_id ON inquiry USING btree (by_id);
CREATE INDEX ledger_line_by_id ON ledger_line USING btree (by_id);
CREATE INDEX ledger_line_campaign_id ON ledger_line USING btree (campaign_id);
CREATE INDEX ledger_line_campaign_id_kind ON ledger_line USING btree (campaign_id, kind);
CREATE INDEX ledger_line_organisation_id ON ledger_line USING btree (organisation_id);
CREATE INDEX ledger_line_organisation_id_at ON ledger_line USING btree (organisation_id, at);
CREATE INDEX lesson_activation_id ON lesson USING btree (activation_id);
CREATE INDEX lesson_by_id ON lesson USING btree (by_id);
CREATE INDEX lesson_done_by_id ON lesson USING btree (done_by_id);
CREATE INDEX lesson_exercise_id ON lesson USING btree (exercise_id);
CREATE INDEX lesson_organisation_id ON lesson USING btree (organisation_id);
CREATE INDEX lesson_organisation_id_done_at ON lesson USING btree (organisation_id, done_at);
CREATE INDEX letter_document_id ON letter USING btree (document_id);
CREATE INDEX letter_organisation_id ON letter USING btree (organisation_id);
CREATE UNIQUE INDEX link_token_hash ON link USING btree (token_hash);
CREATE INDEX link_user_id ON link USING btree (user_id);
CREATE INDEX mandate_bin_id ON mandate USING btree (bin_id);
CREATE INDEX mandate_user_id ON mandate USING btree (user_id);
CREATE INDEX member_change_bin_id ON member_change USING btree (bin_id);
CREATE INDEX member_change_by_id ON member_change USING btree (by_id);
CREATE INDEX member_change_member_id ON member_change USING btree (member_id);
CREATE INDEX member_change_member_id_id ON member_change USING btree (member_id, id);
CREATE INDEX member_change_source_id ON member_change USING btree (source_id);
CREATE INDEX member_organisation_id ON member USING btree (organisation_id);
CREATE INDEX member_organisation_id_email ON member USING btree (organisation_id, email);
CREATE INDEX member_organisation_id_last_name_first_name ON member USING btree (organisation_id, last_name, first_name);
CREATE INDEX member_organisation_id_mobile ON member USING btree (organisation_id, mobile);
CREATE INDEX member_organisation_id_name_key ON member USING btree (organisation_id, name_key);
CREATE INDEX member_organisation_id_phone ON member USING btree (organisation_id, phone);
CREATE INDEX membership_bin_id ON membership USING btree (bin_id);
CREATE INDEX membership_bin_id_ended_at ON membership USING btree (bin_id, ended_at);
CREATE INDEX membership_member_id ON membership USING btree (member_id);
CREATE UNIQUE INDEX membership_member_id_bin_id ON membership USING btree (member_id, bin_id);
CREATE INDEX message_doubt ON message USING btree (campaign_id, status, channel, code, road, doubt) WHERE (doubt IS NOT NULL);
CREATE INDEX message_in_hand ON message USING btree (status, claimed_at) WHERE (status = ANY (ARRAY[('sending'::character varying)::text, ('unsure'::character varying)::text]));
CREATE INDEX message_letter ON message USING btree (letter_id) WHERE (letter_id IS NOT NULL);
CREATE INDEX message_on_line ON message USING btree (road, accepted_at) WHERE ((channel = 'voice'::text) AND (status = 'accepted'::text));
CREATE UNIQUE INDEX message_once ON message USING btree (campaign_id, channel, address);
CREATE INDEX message_queued ON message USING btree (channel, campaign_id, due_at, id) WHERE (status = 'queued'::text);
CREATE UNIQUE INDEX message_reference ON message USING btree (reference);
CREATE INDEX message_story ON message USING btree (campaign_id, status, id);
CREATE INDEX milestone_activation_id ON milestone USING btree (activation_id);
CREATE INDEX milestone_activation_id_status ON milestone USING btree (activation_id, status);
CREATE INDEX milestone_by_id ON milestone USING btree (by_id);
CREATE INDEX monthly_test_by_id ON monthly_test USING btree (by_id);
CREATE INDEX notice_acknowledged_by_id ON notice USING btree (acknowledged_by_id);
CREATE INDEX notice_agreement_id ON notice USING btree (agreement_id);
CREATE INDEX notice_agreement_id_acknowledged_at ON notice USING btree (agreement_id, acknowledged_at);
CREATE INDEX notice_by_id ON notice USING btree (by_id);
CREATE INDEX notice_document_id ON notice USING btree (document_id);
CREATE INDEX notice_letter_id ON notice USING btree (letter_id);
CREATE INDEX order_by_id ON "order" USING btree (by_id);
CREATE INDEX order_document_id ON "order" USING btree (document_id);
CREATE INDEX order_organisation_id ON "order" USING btree (organisation_id);
CREATE INDEX order_tariff_id ON "order" USING btree (tariff_id);
CREATE UNIQUE INDEX organisation_name ON organisation USING btree (name);
CREATE INDEX organisation_parent_id ON organisation USING btree (parent_id);
CREATE UNIQUE INDEX organisation_slug ON organisation USING btree (slug);
CREATE INDEX pending_change_about_id ON pending_change USING btree (about_id);
CREATE INDEX pending_change_asked_by_id ON pending_change USING btree (asked_by_id);
CREATE INDEX pending_change_decided_by_id ON pending_change USING btree (decided_by_id);
CREATE INDEX pending_change_organisation_id ON pending_change USING btree (organisation_id);
CREATE INDEX pending_change_organisation_id_status ON pending_change USING btree (organisation_id, status);
CREATE INDEX persons_check_agreement_id ON persons_check USING btree (agreement_id);
CREATE INDEX persons_check_agreement_id_confirmed_at ON persons_check USING btree (agreement_id, confirmed_at);
CREATE INDEX persons_check_confirmed_by_id ON persons_check USING btree (confirmed_by_id);
CREATE INDEX plan_document_id ON plan USING btree (document_id);
CREATE INDEX plan_municipality_id ON plan USING btree (municipality_id);
CREATE INDEX preparation_checked_by_id ON preparation USING btree (checked_by_id);
CREATE INDEX presence_emergency_id ON presence USING btree (emergency_id);
CREATE INDEX presence_emergency_id_until_at ON presence USING btree (emergency_id, until_at);
CREATE INDEX presence_operator_id ON presence USING btree (operator_id);
CREATE INDEX processing_by_id ON processing USING btree (by_id);
CREATE INDEX pulse_campaign_id ON pulse USING btree (campaign_id);
CREATE INDEX quarter_emergency_id ON quarter USING btree (emergency_id);
CREATE INDEX question_answered_by_id ON question USING btree (answered_by_id);
CREATE INDEX question_by_id ON question USING btree (by_id);
CREATE INDEX question_emergency_id ON question USING btree (emergency_id);
CREATE INDEX question_emergency_id_answered_at ON question USING btree (emergency_id, answered_at);
CREATE INDEX question_emergency_id_key ON question USING btree (emergency_id, key);
CREATE INDEX question_entry_id ON question USING btree (entry_id);
CREATE INDEX question_merged_into_id ON question USING btree (merged_into_id);
CREATE INDEX reception_municipality_id ON reception USING btree (municipality_id);
CREATE INDEX recipient_member_id ON recipient USING btree (member_id);
CREATE INDEX recording_by_id ON recording USING btree (by_id);
CREATE UNIQUE INDEX recording_key ON recording USING btree (key);
CREATE INDEX recording_organisation_id ON recording USING btree (organisation_id);
CREATE INDEX recovery_code_user_id ON recovery_code USING btree (user_id);
CREATE UNIQUE INDEX recovery_code_user_id_code_hash ON recovery_code USING btree (user_id, code_hash);
CREATE INDEX reinforcement_activation_id ON reinforcement USING btree (activation_id);
CREATE INDEX reinforcement_by_id ON reinforcement USING btree (by_id);
CREATE INDEX reinforcement_decided_by_id ON reinforcement USING btree (decided_by_id);
CREATE INDEX reinforcement_emergency_id ON reinforcement USING btree (emergency_id);
CREATE INDEX reinforcement_emergency_id_decided_at ON reinforcement USING btree (emergency_id, decided_at);
CREATE INDEX safety_zone_municipality_id ON safety_zone USING btree (municipality_id);
CREATE INDEX sample_by_id ON sample USING btree (by_id);
CREATE INDEX sample_emergency_id ON sample USING btree (emergency_id);
CREATE INDEX sample_emergency_id_at ON sample USING btree (emergency_id, at);
CREATE INDEX sample_operator_id ON sample USING btree (operator_id);
CREATE INDEX sample_spoken_by_id ON sample USING btree (spoken_by_id);
CREATE INDEX scale_up_activation_id ON scale_up USING btree (activation_id);
CREATE INDEX scale_up_authority_id ON scale_up USING btree (authority_id);
CREATE INDEX scale_up_authority_id_activation_id ON scale_up USING btree (authority_id, activation_id);
CREATE INDEX scale_up_document_id ON scale_up USING btree (document_id);
CREATE INDEX scale_up_given_by_id ON scale_up USING btree (given_by_id);
CREATE INDEX scale_up_taken_by_id ON scale_up USING btree (taken_by_id);
CREATE UNIQUE INDEX schema_migration_name ON schema_migration USING btree (name);
CREATE INDEX second_factor_user_id ON second_factor USING btree (user_id);
CREATE INDEX self_test_by_id ON self_test USING btree (by_id);
CREATE UNIQUE INDEX self_test_leg_letter_id ON self_test_leg USING btree (letter_id);
CREATE INDEX self_test_leg_test_id ON self_test_leg USING btree (test_id);
CREATE INDEX self_test_user_id ON self_test USING btree (user_id);
CREATE INDEX settled_by_id ON settled USING btree (by_id);
CREATE INDEX settled_emergency_id ON settled USING btree (emergency_id);
CREATE UNIQUE INDEX settled_emergency_id_place_kind_value ON settled USING btree (emergency_id, place, kind, value);
CREATE INDEX sheet_reading_emergency_id ON sheet_reading USING btree (emergency_id);
CREATE INDEX sheet_reading_operator_id ON sheet_reading USING btree (operator_id);
CREATE INDEX sheet_search_threes ON sheet_search USING gin (threes);
CREATE INDEX shift_by_id ON shift USING btree (by_id);
CREATE INDEX shift_emergency_id ON shift USING btree (emergency_id);
CREATE UNIQUE INDEX sign_in_token_hash ON sign_in USING btree (token_hash);
CREATE INDEX sign_in_user_id ON sign_in USING btree (user_id);
CREATE INDEX standing_question_municipality_id ON standing_question USING btree (municipality_id);
CREATE INDEX statement_activation_id ON statement USING btree (activation_id);
CREATE UNIQUE INDEX statement_activation_id_number ON statement USING btree (activation_id, number);
CREATE INDEX statement_annex_id ON statement USING btree (annex_id);
CREATE INDEX statement_bearer_id ON statement USING btree (bearer_id);
CREATE INDEX statement_by_id ON statement USING btree (by_id);
CREATE INDEX statement_corrects_id ON statement USING btree (corrects_id);
CREATE INDEX statement_document_id ON statement USING btree (document_id);
CREATE INDEX statement_workbook_id ON statement USING btree (workbook_id);
CREATE INDEX tally_campaign_id ON tally USING btree (campaign_id);
CREATE UNIQUE INDEX tariff_begins_on ON tariff USING btree (begins_on);
CREATE INDEX template_by_id ON template USING btree (by_id);
CREATE INDEX template_came_from_id ON template USING btree (came_from_id);
CREATE INDEX template_draft_by_id ON template_draft USING btree (by_id);
CREATE INDEX template_draft_template_id ON template_draft USING btree (template_id);
CREATE UNIQUE INDEX template_draft_template_id_by_id ON template_draft USING btree (template_id, by_id);
CREATE INDEX template_organisation_id ON template USING btree (organisation_id);
CREATE INDEX template_organisation_id_name ON template USING btree (organisation_id, name);
CREATE INDEX template_version_by_id ON template_version USING btree (by_id);
CREATE INDEX template_version_template_id ON template_version USING btree (template_id);
CREATE UNIQUE INDEX template_version_template_id_version ON template_version USING btree (template_id, version);
CREATE INDEX token_by_id ON token USING btree (by_id);
CREATE UNIQUE INDEX token_digest ON token USING btree (digest);
CREATE INDEX token_launch_campaign_id ON token_launch USING btree (campaign_id);
CREATE INDEX token_launch_token_id ON token_launch USING btree (token_id);
CREATE INDEX token_organisation_id ON token USING btree (organisation_id);
CREATE UNIQUE INDEX trouble_open ON trouble USING btree (kind, subject) WHERE (ended_at IS NULL);
CREATE INDEX unreached_campaign_id ON unreached USING btree (campaign_id);
CREATE INDEX unreached_member_id ON unreached USING btree (member_id);
CREATE UNIQUE INDEX user_email ON "user" USING btree (email);
CREATE INDEX user_organisation_id ON "user" USING btree (organisation_id);
CREATE INDEX user_table_by_id ON user_table USING btree (by_id);
CREATE INDEX user_table_organisation_id ON user_table USING btree (organisation_id);
CREATE INDEX verified_contact_by_id ON verified_contact USING btree (by_id);
CREATE INDEX verified_contact_organisation_id ON verified_contact USING btree (organisation_id);
CREATE UNIQUE INDEX verified_contact_organisation_id_value ON verified_contact USING btree (organisation_id, value);
CREATE INDEX victim_note_by_id ON victim_note USING btree (by_id);
CREATE INDEX victim_note_emergency_id ON victim_note USING btree (emergency_id);
CREATE INDEX victim_note_emergency_id_closed_at ON victim_note USING btree (emergency_id, closed_at);
CREATE INDEX victim_note_municipality_id ON victim_note USING btree (municipality_id);
CREATE INDEX victim_note_taken_by_id ON victim_note USING btree (taken_by_id);
CREATE TRIGGER activation_has_mood_of_emergency BEFORE INSERT ON activation FOR EACH ROW EXECUTE FUNCTION activation_has_mood_of_emergency();
CREATE TRIGGER activation_keeps_mood BEFORE UPDATE OF is_practice ON activation FOR EACH ROW EXECUTE FUNCTION activation_keeps_mood();
CREATE TRIGGER activation_keeps_mood_of_emergency BEFORE UPDATE OF emergency_id ON activation FOR EACH ROW EXECUTE FUNCTION activation_keeps_mood_of_emergency();
CREATE TRIGGER audit_keeps_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_keeps_delete();
CREATE TRIGGER audit_keeps_order BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_keeps_order();
CREATE TRIGGER audit_keeps_update BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_keeps_update();
CREATE TRIGGER campaign_keeps_mood BEFORE UPDATE OF is_practice ON campaign FOR EACH ROW EXECUTE FUNCTION campaign_keeps_mood();
CREATE TRIGGER emergency_keeps_mood BEFORE UPDATE OF is_practice ON emergency FOR EACH ROW EXECUTE FUNCTION emergency_keeps_mood();
CREATE TRIGGER launch_has_mood BEFORE INSERT ON token_launch FOR EACH ROW EXECUTE FUNCTION launch_has_mood();
CREATE TRIGGER ledger_keeps_delete BEFORE DELETE ON ledger_line FOR EACH ROW EXECUTE FUNCTION ledger_keeps_delete();
CREATE TRIGGER ledger_keeps_update BEFORE UPDATE ON ledger_line FOR EACH ROW EXECUTE FUNCTION ledger_keeps_update();
CREATE TRIGGER letter_keeps_mood BEFORE UPDATE OF is_practice ON letter FOR EACH ROW EXECUTE FUNCTION letter_keeps_mood();
CREATE TRIGGER message_keeps_mood BEFORE UPDATE OF is_practice ON message FOR EACH ROW EXECUTE FUNCTION message_keeps_mood();
CREATE TRIGGER message_keeps_mood_of_campaign BEFORE UPDATE OF campaign_id ON message FOR EACH ROW EXECUTE FUNCTION message_keeps_mood_of_campaign();
CREATE TRIGGER message_keeps_mood_of_letter BEFORE UPDATE OF letter_id ON message FOR EACH ROW EXECUTE FUNCTION message_keeps_mood_of_letter();
CREATE TRIGGER seal_keeps_delete BEFORE DELETE ON seal FOR EACH ROW EXECUTE FUNCTION seal_keeps_delete();
CREATE TRIGGER seal_keeps_update BEFORE UPDATE ON seal FOR EACH ROW EXECUTE FUNCTION seal_keeps_update();
CREATE TRIGGER token_keeps_mood BEFORE UPDATE OF is_practice ON token FOR EACH ROW EXECUTE FUNCTION token_keeps_mood();
ALTER TABLE ONLY accession
    ADD CONSTRAINT accession_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contract(id) ON DELETE RESTRICT;
ALTER TABLE ONLY accession
    ADD CONSTRAINT accession_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY accession
    ADD CONSTRAINT accession_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY acknowledgement
    ADD CONSTRAINT acknowledgement_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE CASCADE;
ALTER TABLE ONLY acknowledgement
    ADD CONSTRAINT acknowledgement_member_id_fkey FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE CASCADE;
ALTER TABLE ONLY activation
    ADD CONSTRAINT activation_agreement_id_fkey FOREIGN KEY (agreement_id) REFERENCES agreement(id) ON DELETE RESTRICT;
ALTER TABLE ONLY activation
    ADD CONSTRAINT activation_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY activation
    ADD CONSTRAINT activation_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY activation
    ADD CONSTRAINT activation_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY activation
    ADD CONSTRAINT activation_joined_from_id_fkey FOREIGN KEY (joined_from_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY activation
    ADD CONSTRAINT activation_letter_id_fkey FOREIGN KEY (letter_id) REFERENCES letter(id) ON DELETE RESTRICT;
ALTER TABLE ONLY activation
    ADD CONSTRAINT activation_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY activation
    ADD CONSTRAINT activation_short_letter_id_fkey FOREIGN KEY (short_letter_id) REFERENCES letter(id) ON DELETE RESTRICT;
ALTER TABLE ONLY agreement
    ADD CONSTRAINT agreement_centre_id_fkey FOREIGN KEY (centre_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY agreement
    ADD CONSTRAINT agreement_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contract(id) ON DELETE RESTRICT;
ALTER TABLE ONLY agreement
    ADD CONSTRAINT agreement_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY agreement
    ADD CONSTRAINT agreement_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY annex
    ADD CONSTRAINT annex_agreement_id_fkey FOREIGN KEY (agreement_id) REFERENCES agreement(id) ON DELETE RESTRICT;
ALTER TABLE ONLY annex
    ADD CONSTRAINT annex_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY annex
    ADD CONSTRAINT annex_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contract(id) ON DELETE RESTRICT;
ALTER TABLE ONLY annex
    ADD CONSTRAINT annex_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY announcement
    ADD CONSTRAINT announcement_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY announcement
    ADD CONSTRAINT announcement_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY approval
    ADD CONSTRAINT approval_asked_by_id_fkey FOREIGN KEY (asked_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY approval
    ADD CONSTRAINT approval_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE CASCADE;
ALTER TABLE ONLY approval
    ADD CONSTRAINT approval_decided_by_id_fkey FOREIGN KEY (decided_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY asking
    ADD CONSTRAINT asking_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY asking
    ADD CONSTRAINT asking_question_id_fkey FOREIGN KEY (question_id) REFERENCES question(id) ON DELETE CASCADE;
ALTER TABLE ONLY audit
    ADD CONSTRAINT audit_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY audit
    ADD CONSTRAINT audit_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY bin
    ADD CONSTRAINT bin_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY call_back
    ADD CONSTRAINT call_back_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY call_back
    ADD CONSTRAINT call_back_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY call
    ADD CONSTRAINT call_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY call
    ADD CONSTRAINT call_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY call
    ADD CONSTRAINT call_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY campaign
    ADD CONSTRAINT campaign_author_id_fkey FOREIGN KEY (author_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY campaign
    ADD CONSTRAINT campaign_feedback_by_id_fkey FOREIGN KEY (feedback_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY campaign
    ADD CONSTRAINT campaign_follows_id_fkey FOREIGN KEY (follows_id) REFERENCES campaign(id) ON DELETE RESTRICT;
ALTER TABLE ONLY campaign
    ADD CONSTRAINT campaign_held_by_id_fkey FOREIGN KEY (held_by_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY campaign
    ADD CONSTRAINT campaign_launched_by_id_fkey FOREIGN KEY (launched_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY campaign
    ADD CONSTRAINT campaign_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY campaign
    ADD CONSTRAINT campaign_template_id_fkey FOREIGN KEY (template_id) REFERENCES template(id) ON DELETE SET NULL;
ALTER TABLE ONLY campaign
    ADD CONSTRAINT campaign_written_by_id_fkey FOREIGN KEY (written_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY clock_warning
    ADD CONSTRAINT clock_warning_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE CASCADE;
ALTER TABLE ONLY closing_plan
    ADD CONSTRAINT closing_plan_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY closing_plan
    ADD CONSTRAINT closing_plan_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY closing_plan
    ADD CONSTRAINT closing_plan_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notice(id) ON DELETE RESTRICT;
ALTER TABLE ONLY contract
    ADD CONSTRAINT contract_centre_id_fkey FOREIGN KEY (centre_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY credit
    ADD CONSTRAINT credit_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY data_check
    ADD CONSTRAINT data_check_bin_id_fkey FOREIGN KEY (bin_id) REFERENCES bin(id) ON DELETE RESTRICT;
ALTER TABLE ONLY data_check
    ADD CONSTRAINT data_check_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY data_check
    ADD CONSTRAINT data_check_decided_by_id_fkey FOREIGN KEY (decided_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY data_check
    ADD CONSTRAINT data_check_member_id_fkey FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE CASCADE;
ALTER TABLE ONLY document
    ADD CONSTRAINT document_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT;
ALTER TABLE ONLY document
    ADD CONSTRAINT document_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY emergency
    ADD CONSTRAINT emergency_centre_id_fkey FOREIGN KEY (centre_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY end_warning
    ADD CONSTRAINT end_warning_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE CASCADE;
ALTER TABLE ONLY entry_draft
    ADD CONSTRAINT entry_draft_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY entry_draft
    ADD CONSTRAINT entry_draft_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY entry_draft
    ADD CONSTRAINT entry_draft_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE RESTRICT;
ALTER TABLE ONLY entry
    ADD CONSTRAINT entry_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY entry
    ADD CONSTRAINT entry_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY entry_version
    ADD CONSTRAINT entry_version_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY entry_version
    ADD CONSTRAINT entry_version_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE RESTRICT;
ALTER TABLE ONLY entry_version
    ADD CONSTRAINT entry_version_retired_by_id_fkey FOREIGN KEY (retired_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY evaluation
    ADD CONSTRAINT evaluation_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY evaluation
    ADD CONSTRAINT evaluation_exercise_id_fkey FOREIGN KEY (exercise_id) REFERENCES exercise(id) ON DELETE CASCADE;
ALTER TABLE ONLY evaluation
    ADD CONSTRAINT evaluation_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_acknowledged_by_id_fkey FOREIGN KEY (acknowledged_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_agreement_id_fkey FOREIGN KEY (agreement_id) REFERENCES agreement(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_annex_id_fkey FOREIGN KEY (annex_id) REFERENCES annex(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_asked_by_id_fkey FOREIGN KEY (asked_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_centre_signed_by_id_fkey FOREIGN KEY (centre_signed_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_findings_id_fkey FOREIGN KEY (findings_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notice(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_service_id_fkey FOREIGN KEY (service_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY exercise
    ADD CONSTRAINT exercise_signed_by_id_fkey FOREIGN KEY (signed_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY final_report
    ADD CONSTRAINT final_report_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY final_report
    ADD CONSTRAINT final_report_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY four_eyes
    ADD CONSTRAINT four_eyes_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE CASCADE;
ALTER TABLE ONLY "grant"
    ADD CONSTRAINT grant_bin_id_fkey FOREIGN KEY (bin_id) REFERENCES bin(id) ON DELETE CASCADE;
ALTER TABLE ONLY "grant"
    ADD CONSTRAINT grant_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY "grant"
    ADD CONSTRAINT grant_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE;
ALTER TABLE ONLY handover
    ADD CONSTRAINT handover_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY handover
    ADD CONSTRAINT handover_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT;
ALTER TABLE ONLY handover
    ADD CONSTRAINT handover_desk_id_fkey FOREIGN KEY (desk_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY held
    ADD CONSTRAINT held_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT;
ALTER TABLE ONLY import
    ADD CONSTRAINT import_bin_id_fkey FOREIGN KEY (bin_id) REFERENCES bin(id) ON DELETE RESTRICT;
ALTER TABLE ONLY import
    ADD CONSTRAINT import_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY import
    ADD CONSTRAINT import_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY inbound
    ADD CONSTRAINT inbound_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE SET NULL;
ALTER TABLE ONLY inbound
    ADD CONSTRAINT inbound_handled_by_id_fkey FOREIGN KEY (handled_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY inbound
    ADD CONSTRAINT inbound_member_id_fkey FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE SET NULL;
ALTER TABLE ONLY inbound
    ADD CONSTRAINT inbound_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY inject
    ADD CONSTRAINT inject_exercise_id_fkey FOREIGN KEY (exercise_id) REFERENCES exercise(id) ON DELETE CASCADE;
ALTER TABLE ONLY inject
    ADD CONSTRAINT inject_played_by_id_fkey FOREIGN KEY (played_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY inquiry
    ADD CONSTRAINT inquiry_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY inquiry
    ADD CONSTRAINT inquiry_answered_by_id_fkey FOREIGN KEY (answered_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY inquiry
    ADD CONSTRAINT inquiry_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY ledger_line
    ADD CONSTRAINT ledger_line_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY ledger_line
    ADD CONSTRAINT ledger_line_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT;
ALTER TABLE ONLY ledger_line
    ADD CONSTRAINT ledger_line_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lesson
    ADD CONSTRAINT lesson_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lesson
    ADD CONSTRAINT lesson_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lesson
    ADD CONSTRAINT lesson_done_by_id_fkey FOREIGN KEY (done_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lesson
    ADD CONSTRAINT lesson_exercise_id_fkey FOREIGN KEY (exercise_id) REFERENCES exercise(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lesson
    ADD CONSTRAINT lesson_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY letter
    ADD CONSTRAINT letter_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY letter
    ADD CONSTRAINT letter_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY link
    ADD CONSTRAINT link_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE;
ALTER TABLE ONLY mandate
    ADD CONSTRAINT mandate_bin_id_fkey FOREIGN KEY (bin_id) REFERENCES bin(id) ON DELETE CASCADE;
ALTER TABLE ONLY mandate
    ADD CONSTRAINT mandate_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE;
ALTER TABLE ONLY member_change
    ADD CONSTRAINT member_change_bin_id_fkey FOREIGN KEY (bin_id) REFERENCES bin(id) ON DELETE RESTRICT;
ALTER TABLE ONLY member_change
    ADD CONSTRAINT member_change_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY member_change
    ADD CONSTRAINT member_change_member_id_fkey FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE CASCADE;
ALTER TABLE ONLY member_change
    ADD CONSTRAINT member_change_source_id_fkey FOREIGN KEY (source_id) REFERENCES import(id) ON DELETE RESTRICT;
ALTER TABLE ONLY member
    ADD CONSTRAINT member_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY membership
    ADD CONSTRAINT membership_bin_id_fkey FOREIGN KEY (bin_id) REFERENCES bin(id) ON DELETE RESTRICT;
ALTER TABLE ONLY membership
    ADD CONSTRAINT membership_member_id_fkey FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE CASCADE;
ALTER TABLE ONLY message
    ADD CONSTRAINT message_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT;
ALTER TABLE ONLY message
    ADD CONSTRAINT message_letter_id_fkey FOREIGN KEY (letter_id) REFERENCES letter(id) ON DELETE RESTRICT;
ALTER TABLE ONLY milestone
    ADD CONSTRAINT milestone_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE CASCADE;
ALTER TABLE ONLY milestone
    ADD CONSTRAINT milestone_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY monthly_test
    ADD CONSTRAINT monthly_test_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY monthly_test
    ADD CONSTRAINT monthly_test_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE CASCADE;
ALTER TABLE ONLY notice
    ADD CONSTRAINT notice_acknowledged_by_id_fkey FOREIGN KEY (acknowledged_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY notice
    ADD CONSTRAINT notice_agreement_id_fkey FOREIGN KEY (agreement_id) REFERENCES agreement(id) ON DELETE RESTRICT;
ALTER TABLE ONLY notice
    ADD CONSTRAINT notice_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY notice
    ADD CONSTRAINT notice_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY notice
    ADD CONSTRAINT notice_letter_id_fkey FOREIGN KEY (letter_id) REFERENCES letter(id) ON DELETE RESTRICT;
ALTER TABLE ONLY "order"
    ADD CONSTRAINT order_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY "order"
    ADD CONSTRAINT order_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY "order"
    ADD CONSTRAINT order_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY "order"
    ADD CONSTRAINT order_tariff_id_fkey FOREIGN KEY (tariff_id) REFERENCES tariff(id) ON DELETE RESTRICT;
ALTER TABLE ONLY organisation
    ADD CONSTRAINT organisation_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY pending_change
    ADD CONSTRAINT pending_change_about_id_fkey FOREIGN KEY (about_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY pending_change
    ADD CONSTRAINT pending_change_asked_by_id_fkey FOREIGN KEY (asked_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY pending_change
    ADD CONSTRAINT pending_change_decided_by_id_fkey FOREIGN KEY (decided_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY pending_change
    ADD CONSTRAINT pending_change_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY persons_check
    ADD CONSTRAINT persons_check_agreement_id_fkey FOREIGN KEY (agreement_id) REFERENCES agreement(id) ON DELETE RESTRICT;
ALTER TABLE ONLY persons_check
    ADD CONSTRAINT persons_check_confirmed_by_id_fkey FOREIGN KEY (confirmed_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY plan
    ADD CONSTRAINT plan_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY plan
    ADD CONSTRAINT plan_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY preparation
    ADD CONSTRAINT preparation_checked_by_id_fkey FOREIGN KEY (checked_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY preparation
    ADD CONSTRAINT preparation_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY presence
    ADD CONSTRAINT presence_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY presence
    ADD CONSTRAINT presence_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY processing
    ADD CONSTRAINT processing_bin_id_fkey FOREIGN KEY (bin_id) REFERENCES bin(id) ON DELETE CASCADE;
ALTER TABLE ONLY processing
    ADD CONSTRAINT processing_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY pulse
    ADD CONSTRAINT pulse_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE CASCADE;
ALTER TABLE ONLY quarter
    ADD CONSTRAINT quarter_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY question
    ADD CONSTRAINT question_answered_by_id_fkey FOREIGN KEY (answered_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY question
    ADD CONSTRAINT question_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY question
    ADD CONSTRAINT question_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY question
    ADD CONSTRAINT question_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES entry(id) ON DELETE RESTRICT;
ALTER TABLE ONLY question
    ADD CONSTRAINT question_merged_into_id_fkey FOREIGN KEY (merged_into_id) REFERENCES question(id) ON DELETE RESTRICT;
ALTER TABLE ONLY reached
    ADD CONSTRAINT reached_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE CASCADE;
ALTER TABLE ONLY reception
    ADD CONSTRAINT reception_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY recipient
    ADD CONSTRAINT recipient_member_id_fkey FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE CASCADE;
ALTER TABLE ONLY recipient
    ADD CONSTRAINT recipient_message_id_fkey FOREIGN KEY (message_id) REFERENCES message(id) ON DELETE CASCADE;
ALTER TABLE ONLY recording
    ADD CONSTRAINT recording_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY recording
    ADD CONSTRAINT recording_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY recovery_code
    ADD CONSTRAINT recovery_code_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE;
ALTER TABLE ONLY reinforcement
    ADD CONSTRAINT reinforcement_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY reinforcement
    ADD CONSTRAINT reinforcement_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY reinforcement
    ADD CONSTRAINT reinforcement_decided_by_id_fkey FOREIGN KEY (decided_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY reinforcement
    ADD CONSTRAINT reinforcement_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY safety_zone
    ADD CONSTRAINT safety_zone_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sample
    ADD CONSTRAINT sample_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sample
    ADD CONSTRAINT sample_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sample
    ADD CONSTRAINT sample_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sample
    ADD CONSTRAINT sample_spoken_by_id_fkey FOREIGN KEY (spoken_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY scale_up
    ADD CONSTRAINT scale_up_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY scale_up
    ADD CONSTRAINT scale_up_authority_id_fkey FOREIGN KEY (authority_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY scale_up
    ADD CONSTRAINT scale_up_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY scale_up
    ADD CONSTRAINT scale_up_given_by_id_fkey FOREIGN KEY (given_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY scale_up
    ADD CONSTRAINT scale_up_taken_by_id_fkey FOREIGN KEY (taken_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY second_factor
    ADD CONSTRAINT second_factor_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE;
ALTER TABLE ONLY self_test
    ADD CONSTRAINT self_test_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY self_test_leg
    ADD CONSTRAINT self_test_leg_letter_id_fkey FOREIGN KEY (letter_id) REFERENCES letter(id) ON DELETE RESTRICT;
ALTER TABLE ONLY self_test_leg
    ADD CONSTRAINT self_test_leg_test_id_fkey FOREIGN KEY (test_id) REFERENCES self_test(id) ON DELETE CASCADE;
ALTER TABLE ONLY self_test
    ADD CONSTRAINT self_test_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY settled
    ADD CONSTRAINT settled_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY settled
    ADD CONSTRAINT settled_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sheet_reading
    ADD CONSTRAINT sheet_reading_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sheet_reading
    ADD CONSTRAINT sheet_reading_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY shift
    ADD CONSTRAINT shift_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY shift
    ADD CONSTRAINT shift_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY sign_in
    ADD CONSTRAINT sign_in_user_id_fkey FOREIGN KEY (user_id) REFERENCES "user"(id) ON DELETE CASCADE;
ALTER TABLE ONLY standing_question
    ADD CONSTRAINT standing_question_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_activation_id_fkey FOREIGN KEY (activation_id) REFERENCES activation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_annex_id_fkey FOREIGN KEY (annex_id) REFERENCES annex(id) ON DELETE RESTRICT;
ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_bearer_id_fkey FOREIGN KEY (bearer_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_corrects_id_fkey FOREIGN KEY (corrects_id) REFERENCES statement(id) ON DELETE RESTRICT;
ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_document_id_fkey FOREIGN KEY (document_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_workbook_id_fkey FOREIGN KEY (workbook_id) REFERENCES document(id) ON DELETE RESTRICT;
ALTER TABLE ONLY tally
    ADD CONSTRAINT tally_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE CASCADE;
ALTER TABLE ONLY template
    ADD CONSTRAINT template_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY template
    ADD CONSTRAINT template_came_from_id_fkey FOREIGN KEY (came_from_id) REFERENCES organisation(id) ON DELETE SET NULL;
ALTER TABLE ONLY template_draft
    ADD CONSTRAINT template_draft_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY template_draft
    ADD CONSTRAINT template_draft_template_id_fkey FOREIGN KEY (template_id) REFERENCES template(id) ON DELETE CASCADE;
ALTER TABLE ONLY template
    ADD CONSTRAINT template_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY template_version
    ADD CONSTRAINT template_version_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY template_version
    ADD CONSTRAINT template_version_template_id_fkey FOREIGN KEY (template_id) REFERENCES template(id) ON DELETE CASCADE;
ALTER TABLE ONLY token
    ADD CONSTRAINT token_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY token_launch
    ADD CONSTRAINT token_launch_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE CASCADE;
ALTER TABLE ONLY token_launch
    ADD CONSTRAINT token_launch_token_id_fkey FOREIGN KEY (token_id) REFERENCES token(id) ON DELETE RESTRICT;
ALTER TABLE ONLY token
    ADD CONSTRAINT token_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY unreached
    ADD CONSTRAINT unreached_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE CASCADE;
ALTER TABLE ONLY unreached
    ADD CONSTRAINT unreached_member_id_fkey FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE CASCADE;
ALTER TABLE ONLY "user"
    ADD CONSTRAINT user_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY user_table
    ADD CONSTRAINT user_table_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE SET NULL;
ALTER TABLE ONLY user_table
    ADD CONSTRAINT user_table_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY verified_contact
    ADD CONSTRAINT verified_contact_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY verified_contact
    ADD CONSTRAINT verified_contact_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE CASCADE;
ALTER TABLE ONLY victim_note
    ADD CONSTRAINT victim_note_by_id_fkey FOREIGN KEY (by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
ALTER TABLE ONLY victim_note
    ADD CONSTRAINT victim_note_emergency_id_fkey FOREIGN KEY (emergency_id) REFERENCES emergency(id) ON DELETE RESTRICT;
ALTER TABLE ONLY victim_note
    ADD CONSTRAINT victim_note_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES organisation(id) ON DELETE RESTRICT;
ALTER TABLE ONLY victim_note
    ADD CONSTRAINT victim_note_taken_by_id_fkey FOREIGN KEY (taken_by_id) REFERENCES "user"(id) ON DELETE RESTRICT;
