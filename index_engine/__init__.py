"""The index engine: sources -> warehouse -> measures -> estimates -> index."""

import os

# Before numpy is loaded. The matrices of a build are small: further threads of the linear algebra only wait, busily,
# for processors that others use, and with their number the last digits of a sum of products could change.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
