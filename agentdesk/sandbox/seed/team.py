"""The team: agents, the groups they sit in, and who of them answers a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agentdesk.sandbox.dataset import Doc, Language
from agentdesk.sandbox.seed import ids
from agentdesk.sandbox.seed.words import Toml, Words, words

_AGENTS_PER_TEAM = 8


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as the threads need them."""

    id: int
    name: str
    email: str
    language: Language
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody at the desk; the first is the administrator whom the demo signs in as."""

    agents: tuple[Agent, ...]
    able: Mapping[tuple[Language, str], tuple[Agent, ...]]

    @property
    def me(self) -> Agent:
        """The demo's own agent."""
        return self.agents[0]


def team(languages: Sequence[Language]) -> Team:
    """About eight agents who together speak these languages and cover every group; the first speaks all."""
    share = _AGENTS_PER_TEAM if len(languages) == 1 else _AGENTS_PER_TEAM // len(languages) + 1
    hired: dict[str, tuple[Language, Toml]] = {}
    for code in languages:
        for entry in words(code).people["agents"][:share]:
            hired.setdefault(entry["email"], (code, entry))
    agents = tuple(
        Agent(ids.AGENTS + n, entry["name"], entry["email"], code, tuple(entry["groups"]))
        for n, (code, entry) in enumerate(hired.values())
    )
    able = {(code, group): _able(agents, code, group) for code in languages for group in ids.GROUPS}
    return Team(agents, able)


def _able(agents: tuple[Agent, ...], language: Language, group: str) -> tuple[Agent, ...]:
    return tuple(
        agent for agent in agents if group in agent.groups and (agent.language == language or agent is agents[0])
    )


def users(staff: Team, created_at: str) -> list[Doc]:
    """The agents as Zendesk users."""
    return [
        {
            "id": agent.id,
            "name": agent.name,
            "email": agent.email,
            "verified": True,
            "role": "admin" if agent is staff.me else "agent",
            "locale": words(agent.language).people["locale"],
            "iana_time_zone": words(agent.language).people["time_zone"],
            "organization_id": None,
            "phone": None,
            "notes": "",
            "details": "",
            "tags": [],
            "user_fields": {},
            "identities": [{"type": "email", "value": agent.email, "verified": True, "primary": True}],
            "default_group_id": ids.GROUPS[agent.groups[0]],
            "signature": agent.name,
            "created_at": created_at,
            "updated_at": created_at,
        }
        for agent in staff.agents
    ]


def groups(said: Sequence[Words], created_at: str) -> list[Doc]:
    """The groups, named in every language that is spoken."""
    return [
        {
            "id": id,
            "name": " / ".join(each.shop["group"][key] for each in said),
            "description": key,
            "default": key == "support",
            "created_at": created_at,
            "updated_at": created_at,
        }
        for key, id in ids.GROUPS.items()
    ]


def memberships(staff: Team, created_at: str) -> list[Doc]:
    """Who sits in which group."""
    pairs = [(agent, group) for agent in staff.agents for group in agent.groups]
    return [
        {
            "id": ids.MEMBERSHIPS + n,
            "user_id": agent.id,
            "group_id": ids.GROUPS[group],
            "default": group == agent.groups[0],
            "created_at": created_at,
            "updated_at": created_at,
        }
        for n, (agent, group) in enumerate(pairs)
    ]
