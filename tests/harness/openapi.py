"""Checks answers against an OpenAPI 3.1 document, and remembers which operations were exercised."""
import os
import re
import warnings

import yaml

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from jsonschema import Draft202012Validator, RefResolver


def service_api():
    from service import ROOT
    return OpenApi(*(os.path.join(ROOT, "src", "api", face, "openapi.yaml") for face in ("v1", "legacy")))


def is_original(path):
    return not path.startswith("/v1/") and path not in ("/livez", "/readyz", "/metrics", "/version")


class Operation:
    def __init__(self, method, path, description):
        self.method, self.path = method.upper(), path
        self.name = description["operationId"]
        self.description = description
        self.pattern = re.compile("^" + re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(path)) + "$")
        self.parameters = path.count("{")


class OpenApi:
    """Several files are joined as the program joins them."""

    def __init__(self, *paths):
        self.document = {"paths": {}, "components": {}}
        for path in paths:
            with open(path) as file:
                part = yaml.safe_load(file)
            self.document["paths"].update(part["paths"])
            for kind, definitions in part.get("components", {}).items():
                self.document["components"].setdefault(kind, {}).update(definitions)
        self.resolver = RefResolver("", self.document)
        self.operations = [Operation(method, path, description) for path, methods in self.document["paths"].items()
                           for method, description in methods.items() if method in ("get", "post", "put", "patch", "delete", "head")]
        self.exercised = {}  # operation name -> set of statuses seen

    def find(self, method, target):
        path = target.split("?")[0]
        fitting = [operation for operation in self.operations if operation.method == method and operation.pattern.match(path)]
        return min(fitting, key=lambda operation: operation.parameters) if fitting else None

    def resolve(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def never_exercised(self, condition):
        """Names of the operations with such a path that no answer belonged to."""
        return {operation.name for operation in self.operations if condition(operation.path)} - set(self.exercised)

    def check(self, answer):
        """Every answer of a described operation must be one that is described: its status, its type, its body."""
        operation = self.find(answer.method, answer.target)
        if operation is None:
            documentation = answer.target.split("?")[0].startswith(("/docs", "/redoc", "/openapi.json"))
            assert documentation or answer.status in (404, 405, 307), "%r: the operation is not described" % answer
            return
        self.exercised.setdefault(operation.name, set()).add(answer.status)
        responses = operation.description["responses"]
        described = responses.get(str(answer.status)) or responses.get("%dXX" % (answer.status // 100)) or responses.get("default")
        assert described is not None, "%r: status %d of %s is not described" % (answer, answer.status, operation.name)
        content = self.resolve(described).get("content", {})
        if answer.status in (204, 304):
            assert answer.body == b"", "%r: has a body" % answer
            return
        media_type = (answer.header("content-type") or "").split(";")[0].strip()
        assert media_type in content, "%r: type %s of %s is not described" % (answer, media_type, operation.name)
        if media_type == "application/json" and "schema" in content[media_type]:
            self.validate(answer.json(), content[media_type]["schema"], "%s %s -> %d" % (answer.method, answer.target, answer.status))

    def validate(self, value, schema, where):
        validator = Draft202012Validator(schema, resolver=self.resolver)
        problems = ["%s: %s" % ("/".join(map(str, problem.absolute_path)), problem.message) for problem in validator.iter_errors(value)]
        assert not problems, "%s: %s" % (where, "; ".join(problems[:5]))
