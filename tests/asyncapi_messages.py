"""Which messages of the AsyncAPI document an event fits, by the schemas of the document itself."""

from functools import cache

import jsonschema_rs

from api.asyncapi import asyncapi


@cache
def checks():
    document = asyncapi()
    schemas = {"components": {"schemas": document["components"]["schemas"]}}
    names = document["channels"]["webhook"]["messages"]
    return {
        name: jsonschema_rs.validator_for(schemas | {"$ref": f"#/components/schemas/{name}"})
        for name in names
    }


def messages_that_fit(event):
    return [name for name, check in checks().items() if check.is_valid(event)]
