"""Every act on a case is one function here; pages, API, commands, timers and jobs all call these.

Order inside each: permission, rule, one statement through the door. Notices and letters follow from the outbox.
"""

from yukuaiban.cases.services.anytime import case_hand_over, letter_open, message_write, messages_mark_read
from yukuaiban.cases.services.decision import case_certify, case_close, case_deliver, case_grant, case_refuse
from yukuaiban.cases.services.exits import (
    case_cancel,
    case_reopen,
    case_revoke,
    case_terminate,
    case_withdraw,
    remedy_conclude,
    remedy_record,
)
from yukuaiban.cases.services.filing import case_file, draft_discard, draft_save, draft_start
from yukuaiban.cases.services.hearing import (
    hearing_call,
    hearing_give_up,
    hearing_notify,
    hearing_record,
    hearing_request,
    hearing_request_of,
    hearing_tell_right,
)
from yukuaiban.cases.services.lookup import case_look_up
from yukuaiban.cases.services.receipt import (
    case_accept,
    case_correct_on_spot,
    case_declare_not_competent,
    case_declare_not_needed,
    case_decline,
    case_hand_in_correction,
    case_request_correction,
)
from yukuaiban.cases.services.review import (
    case_extend,
    case_pause,
    case_propose_extension,
    case_reject_extension,
    case_report_up,
    case_resume,
    case_supplement,
    site_visit_record,
    step_pass,
    step_return,
    third_party_hear,
    third_party_state,
)

__all__ = [
    "case_accept",
    "case_cancel",
    "case_certify",
    "case_close",
    "case_correct_on_spot",
    "case_declare_not_competent",
    "case_declare_not_needed",
    "case_decline",
    "case_deliver",
    "case_extend",
    "case_file",
    "case_grant",
    "case_hand_in_correction",
    "case_hand_over",
    "case_look_up",
    "case_pause",
    "case_propose_extension",
    "case_refuse",
    "case_reject_extension",
    "case_reopen",
    "case_report_up",
    "case_request_correction",
    "case_resume",
    "case_revoke",
    "case_supplement",
    "case_terminate",
    "case_withdraw",
    "draft_discard",
    "draft_save",
    "draft_start",
    "hearing_call",
    "hearing_give_up",
    "hearing_notify",
    "hearing_record",
    "hearing_request",
    "hearing_request_of",
    "hearing_tell_right",
    "letter_open",
    "message_write",
    "messages_mark_read",
    "remedy_conclude",
    "remedy_record",
    "site_visit_record",
    "step_pass",
    "step_return",
    "third_party_hear",
    "third_party_state",
]
