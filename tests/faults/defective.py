"""The service with a defect: `python -m tests.faults.defective NAME serve`. For controls only."""

import sys

from api.cli import app

from .defects import plant

if __name__ == "__main__":
    plant(sys.argv.pop(1))
    app()
