"""Touchpoints: what happened to customers outside the helpdesk, such as orders, late parcels and failed payments."""

from collections.abc import Iterator
from random import Random

from agentdesk.sandbox.dataset import Doc
from agentdesk.sandbox.seed.facts import order_number, price, tracking_number
from agentdesk.sandbox.seed.knowledge import link, title
from agentdesk.sandbox.seed.plans import Plan
from agentdesk.sandbox.seed.stamps import DAY, HOUR, stamp
from agentdesk.sandbox.seed.words import reasons

_ABOUT_ORDERS = frozenset(
    (
        "billing",
        "double_charge",
        "late",
        "lost",
        "return",
        "exchange",
        "refund",
        "address",
        "coupon",
        "receipt",
        "gift",
        "tone",
        "praise",
    )
)
_READS_FIRST = frozenset(("login", "unlock", "howto", "plan", "cancel", "return", "receipt", "coupon"))


def touchpoints(plan: Plan, chance: Random) -> Iterator[Doc]:
    """What led to a ticket, in order of time."""
    if plan.reason in _ABOUT_ORDERS:
        yield order_placed(plan)
    if plan.reason in ("late", "lost"):
        yield parcel_late(plan)
    if plan.reason == "billing":
        yield payment_failed(plan)
    if plan.reason in ("unknown_charge", "plan"):
        yield renewed(plan)
    if plan.reason in _READS_FIRST and chance.random() < 0.4:
        yield article_viewed(plan)


def order_placed(plan: Plan) -> Doc:
    """The order a ticket is about."""
    return _event(plan, plan.ordered, "order_placed", "shop", "order")


def parcel_late(plan: Plan) -> Doc:
    """The carrier says that the parcel will be late."""
    return _event(plan, plan.created - (plan.created - plan.ordered) // 4, "parcel_late", "carrier", "late")


def payment_failed(plan: Plan) -> Doc:
    """A payment did not go through."""
    return _event(plan, plan.created - 5 * HOUR, "payment_failed", "payments", "payment")


def renewed(plan: Plan) -> Doc:
    """The subscription went on for another period."""
    amount = plan.customer.words.amount(plan.customer.words.shop["plan_price"][plan.customer.plan])
    event = _event(plan, plan.ordered, "subscription_renewed", "subscriptions", "renewal", amount=amount)
    return {**event, "properties": {"ref": f"KB-{plan.customer.id}", "amount": amount}}


def article_viewed(plan: Plan) -> Doc:
    """The customer read the right article shortly before writing."""
    code, key = plan.customer.language, reasons()[plan.reason]["article"]
    event = _event(plan, plan.created - 17 * 60, "article_viewed", "help_center", "article", title=title(code, key))
    return {**event, "properties": {"ref": link(code, key), "article": key}}


def _event(plan: Plan, at: int, type: str, source: str, words: str, **extra: str) -> Doc:
    customer, said = plan.customer, plan.customer.words
    known = {
        "order": order_number(plan),
        "tracking": tracking_number(plan),
        "product": said.shop["product"][plan.product],
        "amount": said.amount(price(plan)),
        "card": customer.card,
        "region": customer.region,
        "plan": said.shop["plan"][customer.plan],
        **extra,
    }
    properties = {
        "ref": known["order"],
        "order": known["order"],
        "product": known["product"],
        "amount": known["amount"],
    }
    if type == "parcel_late":
        properties["tracking"] = known["tracking"]
    return {
        "user_id": customer.id,
        "type": type,
        "source": source,
        "description": said.event[words].format_map(known),
        "created_at": stamp(at),
        "properties": properties,
    }


def earlier_life(plan: Plan, chance: Random) -> Iterator[Doc]:
    """An order and a renewal from before the ticket, which make a timeline believable."""
    if chance.random() < 0.3:
        yield {**renewed(plan), "created_at": stamp(plan.ordered - int((20 + chance.random() * 20) * DAY))}
