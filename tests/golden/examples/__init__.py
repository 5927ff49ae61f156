"""Examples: one fixed value of everything that crosses a topic or is stored, with its writer and its reader."""

from tests.golden.examples.messages import MESSAGES
from tests.golden.examples.rows import FACTORS_ROW, LEARNED_ROW, MIXER_ROW, ROWS
from tests.golden.examples.tables import TABLES
from tests.golden.examples.user_rows import USER_ROWS

EXAMPLES = (*MESSAGES, *ROWS, *USER_ROWS, LEARNED_ROW, FACTORS_ROW, MIXER_ROW, *TABLES)
