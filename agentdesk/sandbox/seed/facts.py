"""Facts: what a thread is about, such as its order number, as the text that fills the slots of phrases."""

from random import Random

from agentdesk.sandbox.seed.knowledge import link
from agentdesk.sandbox.seed.plans import Plan
from agentdesk.sandbox.seed.stamps import DAY
from agentdesk.sandbox.seed.words import reasons

Facts = dict[str, str]

_ABOUT_RENEWALS = ("unknown_charge", "plan")
_ARRIVED_AFTER = {"return": 3 * DAY, "exchange": 2 * DAY, "refund": 9 * DAY}
_SHIPPING = {"ja": 550, "en": 490}


def order_number(plan: Plan) -> str:
    """The number of the order, as the shop prints it."""
    return f"{plan.order // 1_000_000}-{plan.order % 1_000_000:06d}"


def tracking_number(plan: Plan) -> str:
    """The number of the parcel, as the carrier prints it."""
    return f"KB{plan.order * 7919 % 10**9:09d}"


def price(plan: Plan) -> int:
    """What the order or the renewal cost, in yen or cents, shipping included."""
    shop = plan.customer.words.shop
    if plan.reason in _ABOUT_RENEWALS:
        return int(shop["plan_price"][plan.customer.plan])
    return int(shop["price"][plan.product]) + _SHIPPING[plan.customer.language]


def days_between(plan: Plan) -> int:
    """Whole days from the order to the first message."""
    return (plan.created - plan.ordered) // DAY


def spoken(phone: str) -> str:
    """The phone number as people write it at home: `050-0000-0123`, `(212) 555-0123`."""
    if phone.startswith("+1"):
        return f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}"
    national = "0" + phone.removeprefix("+81")
    return f"{national[:-8]}-{national[-8:-4]}-{national[-4:]}"


def facts(plan: Plan, chance: Random) -> Facts:
    """Every slot a phrase may have, but the agent's name."""
    customer, said = plan.customer, plan.customer.words
    shop, draw = said.shop, chance.random
    return {
        "name": customer.name,
        "family": customer.family,
        "first": customer.first,
        "region": customer.region,
        "phone": spoken(customer.phone),
        "company": customer.company,
        "card": customer.card,
        "order": order_number(plan),
        "tracking": tracking_number(plan),
        "date": said.date(plan.ordered + _ARRIVED_AFTER.get(plan.reason, 0)),
        "amount": said.amount(price(plan)),
        "product": shop["product"][plan.product],
        "plan": shop["plan"][customer.plan],
        "plan2": shop["plan"][(customer.plan + 1 + int(draw() * 3)) % 4],
        "device": shop["device"][int(draw() * len(shop["device"]))],
        "version": f"{4 + int(draw() * 2)}.{int(draw() * 12)}.{int(draw() * 6)}",
        "coupon": shop["coupon"][int(draw() * len(shop["coupon"]))],
        "days": str(2 + int(draw() * (2 if plan.reason == "refund" else max(1, min(5, days_between(plan) - 2))))),
        "due": said.date(max(plan.created, plan.ended) + (2 + int(draw() * 4)) * DAY),
        "link": link(customer.language, reasons()[plan.reason]["article"]),
        "agent": "",
    }
