"""Ids: where each kind of record starts, so that parts of the seed can name each other without asking."""

SYSTEM = -1
AGENTS = 101
GROUPS = {"support": 201, "billing": 202, "logistics": 203, "technical": 204}
SUBJECT_FIELD = 301
ORDER_FIELD = 311
PRODUCT_FIELD = 312
REASON_FIELD = 313
REFUND_FIELD = 314
FORMS = 401
MACROS = 501
VIEWS = 601
SLAS = 701
CATEGORIES = 801
SECTIONS = 811
ARTICLES = 1001
ORGANIZATIONS = 3001
MEMBERSHIPS = 5001
CUSTOMERS = 10001
TICKETS = 20001
STAR_WAITING = TICKETS + 4
