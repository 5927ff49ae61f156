"""View: the live view of the demo, as a function of its state and the size of the terminal."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from streams.apps.demo.state import Customer, DemoState, InterestShown, Numbers, Stage

SPACIOUS = 100  # columns
MOST_ROWS = 10
LEAST_ROWS = 3
EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
MARKS = {True: ("✓", "green"), False: ("▸", "yellow"), None: ("·", "dim")}


def view(state: DemoState, width: int, height: int) -> RenderableType:
    """The moment in so many columns and rows."""
    head = [_head(state, width)]
    if state.numbers is None:
        return Group(*head, Text(), *(_stage_line(stage, width) for stage in state.stages), Text(), _bar(state, width))
    head += [_stages(state.stages, width), _bar(state, width), *_numbers(state.numbers, width)]
    return Group(*head, *_customers(state.customers, width, height - len(head)))


def _head(state: DemoState, width: int) -> RenderableType:
    minutes, seconds = divmod(int(state.seconds), 60)
    grid = _grid(width - 7, 6)
    grid.columns[1].justify = "right"
    grid.add_row(Text.assemble(("Penchant  ", "bold cyan"), state.title), f"{minutes}:{seconds:02}")
    return grid


def _mark(stage: Stage) -> tuple[str, str]:
    return MARKS[None if stage.seconds is None else stage.done]


def _stage_line(stage: Stage, width: int) -> RenderableType:
    grid = _grid(1, 8, width - 21, 9)
    grid.columns[3].justify = "right"
    grid.add_row(Text(*_mark(stage)), Text(stage.name, "bold"), stage.note, Text(_seconds(stage.seconds), "dim"))
    return grid


def _stages(stages: Sequence[Stage], width: int) -> RenderableType:
    line = Text(no_wrap=True, overflow="ellipsis")
    for stage in stages:
        mark, style = _mark(stage)
        line.append(f"{mark} ", style).append(stage.name)
        if width >= SPACIOUS and stage.seconds is not None:
            line.append(f" {_seconds(stage.seconds)}", "dim")
        line.append("  ")
    return line


def _bar(state: DemoState, width: int) -> RenderableType:
    numbers = state.numbers
    count = "" if numbers is None else f"{numbers.done:,} of {numbers.total:,}  {numbers.at}"
    grid = _grid(width - 36 if count else width - 6, 5, *([28] if count else []))
    grid.columns[1].justify = "right"
    bar = ProgressBar(total=1.0, completed=state.share, width=grid.columns[0].width)
    grid.add_row(bar, f"{state.share:.0%}", *([count] if count else []))
    return grid


def _numbers(numbers: Numbers, width: int) -> Sequence[RenderableType]:
    lists, popular, chance = numbers.hits
    flow = _facts(
        ("behaviors/s", f"{numbers.rate:,.0f}"),
        ("lag", f"{numbers.lag:,}"),
        ("latency p50", milliseconds(numbers.p50)),
        ("p99", milliseconds(numbers.p99)),
        ("lists", f"{numbers.lists:,}"),
    )
    hits = _facts(
        ("hit rate@10", f"{lists:.1%}"),
        ("most popular", f"{popular:.1%}"),
        ("chance", f"{chance:.1%}"),
        ("of lists", f"{numbers.trials:,}"),
    )
    return flow, hits


def _facts(*facts: tuple[str, str]) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    for name, value in facts:
        line.append(f"{name} ", "dim").append(value, "bold").append("   ")
    return line


def _customers(customers: Sequence[Customer], width: int, height: int) -> Sequence[RenderableType]:
    """As many customers as there is room for, each as a line and a table."""
    fitting = min(len(customers), max(1, (height - 1) // (LEAST_ROWS + 1)))
    if not fitting:
        return [Text("\nThe first list is on its way …", "dim")]
    rows = min(MOST_ROWS, (height - 1) // fitting - 1)
    heads = _columns(width)
    heads.add_row(*(Text(name, "dim italic") for name in ("bought last", "interests", "recommended", "because")))
    return [heads, *(part for one in customers[:fitting] for part in (_name(one, width), _table(one, width, rows)))]


def _name(customer: Customer, width: int) -> Text:
    line = Text("── ", "dim", no_wrap=True, overflow="crop").append(customer.name, "bold cyan")
    line.append(f"  {customer.purchases:,} purchases ", "dim")
    return line.append("─" * max(0, width - len(line)), "dim")


def _table(customer: Customer, width: int, rows: int) -> Table:
    table = _columns(width)
    most = max((interest.attention for interest in customer.interests), default=0.0)
    for row in range(rows):
        pick = customer.picks[row] if row < len(customer.picks) else None
        table.add_row(
            customer.latest[row] if row < len(customer.latest) else "",
            _interest(customer.interests[row], most, width) if row < len(customer.interests) else "",
            "" if pick is None else pick.title,
            "" if pick is None else Text(pick.reason, "dim"),
        )
    return table


def _interest(interest: InterestShown, most: float, width: int) -> Text:
    """A bar as long as the interest is strong beside the customer's strongest, its share and its words."""
    columns = max(4, width // 20)
    full, part = divmod(round(interest.attention / most * columns * 8) if most > 0 else 0, 8)
    bar = "█" * full + EIGHTHS[part]
    share = f" {interest.attention:>3.0%}" if width >= SPACIOUS else ""
    return Text.assemble((f"{bar:{columns}}", "green"), (share, "dim"), " ", interest.words)


def _columns(width: int) -> Table:
    """An empty table of purchases, interests, picks and their reasons."""
    bought, interests = (width - 3) * 25 // 100, (width - 3) * 30 // 100
    picks = (width - 3 - bought - interests) * 58 // 100
    return _grid(bought, interests, picks, width - 3 - bought - interests - picks)


def _grid(*widths: int) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0), pad_edge=False)
    for width in widths:
        grid.add_column(width=width, no_wrap=True, overflow="ellipsis")
    return grid


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f} s"


def milliseconds(seconds: float | None) -> str:
    """A latency as text."""
    return "–" if seconds is None else f"{seconds * 1000:,.0f} ms"
