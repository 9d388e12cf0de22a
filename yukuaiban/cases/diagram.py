"""The life of a case as a picture, made from the table of transitions: docs/case-diagram.md can never say anything else."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import override

from yukuaiban.cases.states import ENDED, STATE_LABELS, TRANSITIONS, Act, By, State

_WHO = {
    By.PARTY: "applicant",
    By.THIRD_PARTY: "third party",
    By.WINDOW: "window",
    By.HANDLER: "handler",
    By.APPROVER: "approver",
    By.SYSTEM: "lapse of time, or by itself",
}


def mermaid() -> str:
    """Every act that changes the state, as a Mermaid state diagram; acts between the same two states share an arrow."""
    arrows: dict[tuple[State, State], list[Act]] = defaultdict(list)
    for row in TRANSITIONS.values():
        for source in State:  # in the order of the enum, so that the text is always the same
            if source in row.sources and row.target and row.target is not source:
                arrows[source, row.target].append(row.act)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.DRAFT}"]
    lines += [f"    {state} : {state} {_chinese(STATE_LABELS[state])}" for state in State]
    lines += [f"    {a} --> {b} : {', '.join(acts)}" for (a, b), acts in arrows.items()]
    lines += [f"    {state} --> [*]" for state in State if state in ENDED]
    return "\n".join([*lines, "```"])


def table() -> str:
    """Every act with who may, from where, to where, and the law."""
    lines = ["| act | 办理 | from | to | who | law |", "|---|---|---|---|---|---|"]
    for row in TRANSITIONS.values():
        sources = (
            "any but draft" if len(row.sources) == len(State) - 1 else ", ".join(s for s in State if s in row.sources)
        )
        who = ", ".join(_WHO[by] for by in By if by in row.by)
        lines.append(f"| {row.act} | {_chinese(row.label)} | {sources} | {row.target or 'stays'} | {who} | {row.law} |")
    return "\n".join(lines)


def _chinese(label: object) -> str:
    """The msgid, whatever language is active: the document is the same wherever it is made."""
    with override("zh"):
        return str(label)
