"""The GraphQL schema and the ways it is served. Every root field is listed here."""

from collections.abc import Callable
from functools import cache

from strawberry.extensions import SchemaExtension
from strawberry.extensions.disable_introspection import DisableIntrospection
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type

from kurir_api.schema.accesses.accounting import AccountableSchema
from kurir_api.schema.aid.aid_lookup import aid_lookup
from kurir_api.schema.aid.aid_lookups import aid_lookups
from kurir_api.schema.alarms.acknowledge_alarm import acknowledge_alarm
from kurir_api.schema.alarms.alarms import alarms
from kurir_api.schema.assessments.assessment_form import assessment_form
from kurir_api.schema.assessments.assessments import assessments
from kurir_api.schema.assessments.refer_needs import refer_needs
from kurir_api.schema.assessments.submit_assessment import submit_assessment
from kurir_api.schema.cases.case import case
from kurir_api.schema.cases.cases import cases
from kurir_api.schema.cases.move_case import move_case
from kurir_api.schema.cases.open_case import open_case
from kurir_api.schema.cases.register_patient import register_patient
from kurir_api.schema.claims.accept_offer import accept_offer
from kurir_api.schema.claims.complete_claim import complete_claim
from kurir_api.schema.claims.decline_offer import decline_offer
from kurir_api.schema.claims.hand_over_claim import hand_over_claim
from kurir_api.schema.claims.my_claims import my_claims
from kurir_api.schema.claims.release_claim import release_claim
from kurir_api.schema.claims.report_no_show import report_no_show
from kurir_api.schema.claims.revoke_claim import revoke_claim
from kurir_api.schema.claims.start_claim import start_claim
from kurir_api.schema.consent.set_consent import set_consent
from kurir_api.schema.contributions.close_month import close_month
from kurir_api.schema.contributions.closed_months import closed_months
from kurir_api.schema.contributions.correct_work import correct_work
from kurir_api.schema.contributions.open_month import open_month
from kurir_api.schema.contributions.review_contribution import review_contribution
from kurir_api.schema.costs.costs import costs
from kurir_api.schema.costs.edit_cost import edit_cost
from kurir_api.schema.costs.log_cost import log_cost
from kurir_api.schema.costs.review_cost import review_cost
from kurir_api.schema.costs.review_costs import review_costs
from kurir_api.schema.counting import Counted
from kurir_api.schema.desks.hand_up import hand_up
from kurir_api.schema.devices.register_device import register_device
from kurir_api.schema.devices.unregister_device import unregister_device
from kurir_api.schema.drills.answer_drill import answer_drill
from kurir_api.schema.drills.reachability import reachability
from kurir_api.schema.enums import describe_values
from kurir_api.schema.errors import refusal_handlers
from kurir_api.schema.family.create_family_link import create_family_link
from kurir_api.schema.family.revoke_family_link import revoke_family_link
from kurir_api.schema.limits import hardening
from kurir_api.schema.members.deactivate_member import deactivate_member
from kurir_api.schema.members.invite_member import invite_member
from kurir_api.schema.members.me import me
from kurir_api.schema.members.organizations import organizations
from kurir_api.schema.members.set_availability import set_availability
from kurir_api.schema.members.set_duty_schedule import set_duty_schedule
from kurir_api.schema.members.update_location import update_location
from kurir_api.schema.money.my_money import my_money
from kurir_api.schema.needs.estimate_need import estimate_need
from kurir_api.schema.needs.needs import needs
from kurir_api.schema.needs.pledge import pledge
from kurir_api.schema.needs.withdraw_pledge import withdraw_pledge
from kurir_api.schema.node import node, nodes
from kurir_api.schema.notifications import my_notifications_stream
from kurir_api.schema.notifications.answer_alert import answer_alert
from kurir_api.schema.notifications.dead_letters import dead_letters
from kurir_api.schema.notifications.mark_notifications_read import mark_notifications_read
from kurir_api.schema.notifications.my_notifications import my_notifications
from kurir_api.schema.places.facilities import facilities
from kurir_api.schema.places.holidays import holidays
from kurir_api.schema.places.regions import regions
from kurir_api.schema.places.set_insurance_rule import set_insurance_rule
from kurir_api.schema.programmes.programmes import programmes
from kurir_api.schema.rates.end_rate import end_rate
from kurir_api.schema.rates.rates import rates
from kurir_api.schema.rates.set_rate import set_rate
from kurir_api.schema.recurrences.end_recurrence import end_recurrence
from kurir_api.schema.recurrences.repeat_task import repeat_task
from kurir_api.schema.referrals.check_document import check_document
from kurir_api.schema.referrals.move_referral import move_referral
from kurir_api.schema.referrals.refer import refer
from kurir_api.schema.referrals.referrals import referrals
from kurir_api.schema.reports.place_report import place_report
from kurir_api.schema.reports.reply_to_report import reply_to_report
from kurir_api.schema.reports.reports import reports
from kurir_api.schema.reports.resolve_report import resolve_report
from kurir_api.schema.reports.submit_report import submit_report
from kurir_api.schema.scalars import SCALARS
from kurir_api.schema.sessions.end_session import end_session
from kurir_api.schema.sessions.sign_out_member import sign_out_member
from kurir_api.schema.statistics.statistics import statistics
from kurir_api.schema.sync.changes import changes
from kurir_api.schema.tasks.assign_task import assign_task
from kurir_api.schema.tasks.board_events import board_events
from kurir_api.schema.tasks.cancel_task import cancel_task
from kurir_api.schema.tasks.claim_task import claim_task
from kurir_api.schema.tasks.create_task import create_task
from kurir_api.schema.tasks.nearby_task_events import nearby_task_events
from kurir_api.schema.tasks.nearby_tasks import nearby_tasks
from kurir_api.schema.tasks.publish_task import publish_task
from kurir_api.schema.tasks.suggested_assignments import suggested_assignments
from kurir_api.schema.tasks.task_kinds import task_kinds
from kurir_api.schema.tasks.tasks import task, task_by_number, tasks
from kurir_api.schema.tasks.verify_task import verify_task
from kurir_api.schema.watching import Watching

QUERIES = [
    me,
    node,
    nodes,
    nearby_tasks,
    tasks,
    task,
    task_by_number,
    my_claims,
    my_notifications,
    dead_letters,
    reachability,
    cases,
    case,
    reports,
    referrals,
    programmes,
    costs,
    rates,
    needs,
    my_money,
    alarms,
    suggested_assignments,
    task_kinds,
    organizations,
    closed_months,
    open_month,
    regions,
    facilities,
    aid_lookups,
    holidays,
    statistics,
    assessment_form,
    assessments,
    changes,
]
MUTATIONS = [
    claim_task,
    start_claim,
    complete_claim,
    release_claim,
    accept_offer,
    decline_offer,
    hand_over_claim,
    answer_alert,
    answer_drill,
    register_device,
    unregister_device,
    end_session,
    sign_out_member,
    deactivate_member,
    set_availability,
    set_duty_schedule,
    update_location,
    mark_notifications_read,
    log_cost,
    edit_cost,
    review_cost,
    review_costs,
    review_contribution,
    correct_work,
    close_month,
    estimate_need,
    pledge,
    withdraw_pledge,
    set_rate,
    end_rate,
    submit_report,
    resolve_report,
    reply_to_report,
    place_report,
    hand_up,
    open_case,
    move_case,
    register_patient,
    set_consent,
    set_insurance_rule,
    repeat_task,
    end_recurrence,
    create_family_link,
    revoke_family_link,
    refer,
    move_referral,
    check_document,
    create_task,
    publish_task,
    cancel_task,
    verify_task,
    assign_task,
    revoke_claim,
    report_no_show,
    acknowledge_alarm,
    aid_lookup,
    invite_member,
    submit_assessment,
    refer_needs,
]
SUBSCRIPTIONS = [nearby_task_events, board_events, my_notifications_stream.my_notifications]


@cache
def build_schema(*, production: bool = False) -> AccountableSchema:
    """The schema; one per process. In production it can't be asked about itself."""
    describe_values()
    extensions: list[Callable[[], SchemaExtension]] = [Watching, Counted, *hardening()]
    if production:
        extensions.append(DisableIntrospection)
    return AccountableSchema(
        create_type("Query", QUERIES, description="What one may ask for."),
        create_type("Mutation", MUTATIONS, description="What one may do; each answers with a success or a refusal."),
        create_type("Subscription", SUBSCRIPTIONS, description="What one may hear of as it happens."),
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=production),
        extensions=extensions,
        exception_handlers=refusal_handlers(),
    )
