"""Pure planning engines: no database, no web. NumPy arrays in, a result with its proof out."""

from lianfang.planning.result import ProblemError, Reason, Result, Status, Violation
from lianfang.planning.stop import Progress, Stop

__all__ = ["ProblemError", "Progress", "Reason", "Result", "Status", "Stop", "Violation"]
