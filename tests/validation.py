# SPDX-License-Identifier: MIT
"""JSON Schemas for the check scripts, by python3-jsonschema.

A thousand reports hold the same findings and registers over and over, and Python's validator takes its time: what was
valid once by a definition of a schema ("$ref") is not looked at again.
"""
import json
from pathlib import Path


def load_validator(schema):
    """None, with a word, where there is no schema or no validator; its iter_errors() is what is wrong with a document."""
    if not schema or not Path(schema).exists():
        print("no schema: the JSON is not validated")
        return None
    try:
        import jsonschema
    except ImportError:
        print("no python3-jsonschema: the JSON is not validated")
        return None
    content = json.loads(Path(schema).read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(content)
    kind.check_schema(content)
    look = kind.VALIDATORS["$ref"]
    valid = set()

    def look_once(validator, reference, instance, definition):
        key = (reference, json.dumps(instance))
        if key in valid:
            return
        errors = list(look(validator, reference, instance, definition))
        if not errors:
            valid.add(key)
        yield from errors

    return jsonschema.validators.extend(kind, {"$ref": look_once})(content)
