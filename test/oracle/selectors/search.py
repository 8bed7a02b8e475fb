"""The members that JMESPath's reference implementation chooses: [{members, expression}] -> [[pg_seq] | null for no list]."""
import json
import sys

import jmespath

found = []
for question in json.load(sys.stdin):
    rows = jmespath.search(question["expression"], question["members"])
    found.append([row["pg_seq"] for row in rows] if isinstance(rows, list) else None)
print(json.dumps(found))
