"""
The bench of `llmpipe compare`: see bench/comparisons.py.

It has the name of a module of Python's, which everybody who imports `statistics` from a script of this folder means.
"""

import importlib
import sys
from pathlib import Path

if __name__ == "__main__":
    from comparisons import main

    main()
else:
    path = sys.path.copy()
    sys.path[:] = [folder for folder in path if Path(folder or ".").resolve() != Path(__file__).parent]
    del sys.modules[__name__]
    sys.modules[__name__] = importlib.import_module(__name__)
    sys.path[:] = path
