"""What a browser may load and do on our pages (decision 10)."""

from csp.constants import SELF

NONE = "'none'"
REPORTS = "/csp-report"

# No page of ours has a script or a style in itself; pictures are previewed from memory (blob:, data:).
POLICY = {
    "default-src": [SELF],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [NONE],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "report-uri": REPORTS,
}
