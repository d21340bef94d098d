"""References to the components of the OpenAPI document, which ``schema`` describes."""

SCHEMAS = "#/components/schemas"
STRATEGY = {"$ref": f"{SCHEMAS}/Strategy"}
EVENT = {"$ref": f"{SCHEMAS}/Event"}
DATABASE = {"$ref": f"{SCHEMAS}/Database"}
CLIENT = {"$ref": f"{SCHEMAS}/Client"}
SIZE = {"$ref": f"{SCHEMAS}/Size"}
INVALID = {"$ref": f"{SCHEMAS}/Invalid"}
NULL = {"$ref": f"{SCHEMAS}/Null"}
PROBLEM = {"$ref": f"{SCHEMAS}/Problem"}
