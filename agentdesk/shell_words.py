"""The shell's words: what each option does, and Click's own sentences in the agent's language.

Click asks gettext for its sentences. `teach_click` shows gettext our catalog, which therefore holds them under the
English words that Click uses.
"""

import gettext
import os

from agentdesk.i18n import CATALOGS, DOMAIN, _, active, plural


def teach_click() -> None:
    """Let Click speak the language of this process."""
    gettext.bindtextdomain(DOMAIN, CATALOGS)
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = active().code  # gettext's own way to say which catalog


def option_help(name: str) -> str:
    """What an option of a command does, in one sentence; empty for one that is not known."""
    words = {
        "all": _("What has arrived too, newest last."),
        "anyway": _("Send even what is in doubt; it may then arrive twice."),
        "at": _("When it happened: 2026-11-24T09:00Z, 17:00, 2h ago."),
        "attach": _("A file to send with it; may be said several times."),
        "browser": _("Sign in with the browser instead of a token."),
        "ca_file": _("Trust the certificates in this file, too."),
        "client_id": _("The id under which the helpdesk knows this program."),
        "customer": _("The customer's mail address."),
        "days": _("How many days a period has that is compared with the one before."),
        "force": _("Write over a file that is there."),
        "insecure_http": _("Allow an address without encryption."),
        "keep_cache": _("Keep what was read; forget the sign-in only."),
        "kind": _("Only this kind, such as article, ticket, customer, order."),
        "limit": _("So many at most; 0 for all."),
        "name": _("The queue's name."),
        "provider": _("Which helpdesk it is, such as zendesk or rt."),
        "query": _("What the queue shows, such as is:unsolved tag:vip."),
        "redirect_port": _("The port of this machine to which the browser comes back."),
        "ref": _("The other system's address or number for it."),
        "source": _("Which other system tells it."),
        "status": _("Set this status in the same step."),
        "text": _("What happened, in words."),
        "to": _("The folder it is saved in."),
        "token_command": _("A command that prints the token at each use."),
        "token_env": _("The environment variable that holds the token."),
        "token_stdin": _("Read the token from standard input."),
        "unsent": _("Give up what has not left, drafts included."),
        "url": _("The address of the helpdesk, such as https://acme.zendesk.com"),
        "user": _("The mail address you sign in with."),
    }
    return words.get(name, "")


def clicks_words() -> tuple[str, ...]:
    """Click's sentences that people meet."""
    return (
        _("Usage:"),
        _("Options"),
        _("Commands"),
        _("Show this message and exit."),
        _("Show the version and exit."),
        _("%(prog)s, version %(version)s"),
        _("default: {default}"),
        _("required"),
        _("({label})"),
        _("Aborted!"),
        _("Error: {message}"),
        _("Error: invalid input"),
        _("Try '{command} {option}' for help."),
        _("No such command {name!r}."),
        _("No such option {name!r}."),
        _("Missing command."),
        _("Missing argument"),
        _("Missing option"),
        _("Missing parameter"),
        _("Invalid value: {message}"),
        _("Invalid value for {param_hint}: {message}"),
        _("{value!r} is not a valid {number_type}."),
        _("{value} is not in the range {range}."),
        _("{name} {filename!r} does not exist."),
        _("file"),
        _("directory"),
        _("path"),
        _("Option {name!r} does not take a value."),
        plural(
            "Option {name!r} requires an argument.",
            "Option {name!r} requires {nargs} arguments.",
            1,
            name="",
            nargs=1,
        ),
        plural(
            "Got unexpected extra argument ({args})",
            "Got unexpected extra arguments ({args})",
            1,
            args="",
        ),
        plural(
            "Did you mean {possibility}?",
            "(Did you mean one of: {possibilities}?)",
            1,
            possibility="",
            possibilities="",
        ),
        plural("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 1, value="", choice="", choices=""),
    )
